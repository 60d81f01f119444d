import { and, desc, eq } from "drizzle-orm";
import { memoryItems, memoryVersions } from "#db/schema/memory.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { requireReach } from "../access.ts";
import { expiriesOf } from "../expiry.ts";
import { metered } from "../usage.ts";
import { commitItems } from "./commit.ts";
import {
  atPlace,
  checkPlace,
  isLive,
  itemColumns,
  missingItem,
  type Place,
  toItem,
} from "./row.ts";
import { type MemoryItem, type MemoryVersion, type RestoreInput, restoreInput } from "./schema.ts";
import { lockLive, writeItem } from "./write.ts";

type VersionRow = typeof memoryVersions.$inferSelect;

function toVersion(row: Omit<VersionRow, "tenantId" | "itemId">, current: boolean): MemoryVersion {
  return {
    version: row.version,
    current,
    content: row.content,
    tags: row.tags,
    importance: row.importance,
    subject_id: row.subjectId,
    expires_at: row.expiresAt?.toISOString() ?? null,
    written_at: row.writtenAt.toISOString(),
  };
}

function readVersions(tx: Tx, ctx: Ctx, itemId: string): Promise<VersionRow[]> {
  return tx
    .select()
    .from(memoryVersions)
    .where(and(eq(memoryVersions.tenantId, ctx.tenantId), eq(memoryVersions.itemId, itemId)))
    .orderBy(desc(memoryVersions.version));
}

/** An item's versions that are kept, the current one first. Throws `not_found`, `forbidden`. */
export async function listVersions(ctx: Ctx, place: Place): Promise<MemoryVersion[]> {
  authorize(ctx, "memory:read");
  checkPlace(place);
  await requireReach(ctx, place.agentId, place.namespace, "read");
  return metered(ctx, "memory.item.versions", place.agentId, async () => {
    const since = (await expiriesOf(ctx))(place.namespace);
    return withTenant(ctx.tenantId, async (tx) => {
      const [row] = await tx
        .select(itemColumns)
        .from(memoryItems)
        .where(and(atPlace(ctx, place), isLive(since)));
      if (!row) throw missingItem(place);
      const older = await readVersions(tx, ctx, row.itemId);
      return [
        toVersion({ ...row, writtenAt: row.updatedAt }, true),
        ...older.map((version) => toVersion(version, false)),
      ];
    });
  });
}

/**
 * Writes what an earlier version said as the item's next version. Throws `not_found` for an item or
 * a version that is not there, `conflict` for another base version, `forbidden`.
 */
export async function restoreVersion(
  ctx: Ctx,
  place: Place,
  raw: RestoreInput,
): Promise<MemoryItem> {
  authorize(ctx, "memory:write");
  checkPlace(place);
  const { version, base_version } = parse(restoreInput, raw);
  await requireReach(ctx, place.agentId, place.namespace, "write");
  return metered(ctx, "memory.item.restore", place.agentId, () =>
    commitItems(
      ctx,
      async (writing) => {
        const row = await lockLive(writing, place);
        if (!row) throw missingItem(place);
        const found = (await readVersions(writing.tx, ctx, row.itemId)).find(
          (each) => each.version === version,
        );
        if (!found) throw notFound("kept version of that memory", String(version));
        const { content, tags, importance, subjectId, expiresAt } = found;
        const draft = { content, tags, importance, subjectId, expiresAt };
        return toItem(await writeItem(writing, place, base_version, () => draft));
      },
      () => [place],
    ),
  );
}
