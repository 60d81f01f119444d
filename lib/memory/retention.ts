import { and, eq, lt, sql } from "drizzle-orm";
import { memories, memoryItems } from "#db/schema/memory.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { expiryOf } from "./expiry.ts";
import { deleteExpired, deleteItems, quota } from "./room.ts";
import { settingsOf } from "./settings.ts";

async function purgeDocuments(ctx: Ctx, expiry: Date): Promise<number> {
  return withTenant(ctx.tenantId, async (tx) => {
    const gone = await tx
      .delete(memories)
      .where(and(eq(memories.tenantId, ctx.tenantId), lt(memories.updatedAt, expiry)))
      .returning({ agentId: memories.agentId });
    if (gone.length > 0) {
      await audit(tx, ctx, {
        action: "memory.expire",
        target: { type: "memory", id: "*" },
        before: { entries: gone.length, agent_ids: gone.slice(0, 100).map((row) => row.agentId) },
      });
    }
    return gone.length;
  });
}

/** So many at a time, so that a tenant's writers wait a moment and not for the whole. */
const atOnce = 1_000;

async function purgeItems(ctx: Ctx): Promise<number> {
  const { trashDays } = await settingsOf(ctx);
  const tooLong = sql`${memoryItems.deletedAt} < now() - make_interval(days => ${trashDays})`;
  let sum = 0;
  for (;;) {
    const gone = await withTenant(ctx.tenantId, async (tx) => {
      await lockQuota(tx, ctx.tenantId, quota);
      const expired = await deleteExpired(tx, ctx, atOnce);
      const fromTrash = await deleteItems(tx, ctx, tooLong, atOnce);
      if (expired + fromTrash > 0) {
        await audit(tx, ctx, {
          action: "memory.expire",
          target: { type: "memory_item", id: "*" },
          before: { expired, from_trash: fromTrash },
        });
      }
      return expired + fromTrash;
    });
    if (gone === 0) return sum;
    sum += gone;
  }
}

/**
 * Deletes what the tenant no longer keeps: documents and items past `memory_retention_days`, items
 * past their own or their namespace's time, and what was long enough in the trash. Answers how many
 * entries went.
 */
export async function purgeExpired(ctx: Ctx): Promise<number> {
  const expiry = await expiryOf(ctx);
  const documents = expiry === null ? 0 : await purgeDocuments(ctx, expiry);
  return documents + (await purgeItems(ctx));
}
