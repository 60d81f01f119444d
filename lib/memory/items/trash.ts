import { and, isNotNull, sql } from "drizzle-orm";
import { memoryItems } from "#db/schema/memory.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { requireReach } from "../access.ts";
import { queueItem } from "../embeddings/queue.ts";
import { makeRoom, quota } from "../room.ts";
import { metered } from "../usage.ts";
import { commitItems } from "./commit.ts";
import { atPlace, checkPlace, itemColumns, missingItem, type Place, toItem } from "./row.ts";
import type { MemoryItem } from "./schema.ts";
import { auditView } from "./write.ts";

/**
 * Brings an item back from the trash as it was. Throws `not_found` where there is none in it or it
 * has expired there, `forbidden`, and `limit_exceeded` where its place is taken by others.
 */
export async function undeleteItem(ctx: Ctx, place: Place): Promise<MemoryItem> {
  authorize(ctx, "memory:write");
  checkPlace(place);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  return metered(ctx, "memory.item.undelete", place.agentId, () =>
    commitItems(
      ctx,
      async ({ tx, settings, embeds }) => {
        await makeRoom(tx, ctx, settings.policy, 1);
        const [row] = await tx
          .update(memoryItems)
          .set({ deletedAt: null, updatedAt: sql`now()` })
          .where(
            and(
              atPlace(ctx, place),
              isNotNull(memoryItems.deletedAt),
              sql`(${memoryItems.expiresAt} is null or ${memoryItems.expiresAt} > now())`,
            ),
          )
          .returning(itemColumns);
        if (!row) throw missingItem(place);
        if (embeds) await queueItem(tx, ctx, row.itemId);
        await audit(tx, ctx, {
          action: "memory.item.undelete",
          target: { type: "memory_item", id: row.itemId },
          after: auditView(row),
        });
        return toItem(row);
      },
      () => [place],
    ),
  );
}

/** Removes an item and its versions for good, from the trash too. Throws `not_found`, `forbidden`. */
export async function eraseItem(
  ctx: Ctx,
  place: Place,
): Promise<{ status: "erased"; item_id: string }> {
  authorize(ctx, "memory:write");
  checkPlace(place);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  return metered(ctx, "memory.item.erase", place.agentId, () =>
    commitItems(
      ctx,
      async ({ tx }) => {
        await lockQuota(tx, ctx.tenantId, quota);
        const [row] = await tx
          .delete(memoryItems)
          .where(atPlace(ctx, place))
          .returning(itemColumns);
        if (!row) throw missingItem(place);
        await audit(tx, ctx, {
          action: "memory.item.erase",
          target: { type: "memory_item", id: row.itemId },
          before: auditView(row),
        });
        return { status: "erased" as const, item_id: row.itemId };
      },
      () => [place],
    ),
  );
}
