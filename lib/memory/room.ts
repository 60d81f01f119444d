import { and, asc, desc, eq, isNotNull, isNull, type SQL, sql } from "drizzle-orm";
import { toArrayText } from "#db/arrays.ts";
import { memoryItems, memoryNamespaces } from "#db/schema/memory.ts";
import type { Tx } from "#db/transaction.ts";
import { auditAll } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { expiryOf } from "./expiry.ts";
import { memoryRulesOf } from "./rules.ts";
import type { MemoryPolicy } from "./settings.ts";

export const quota = "max_memory_entries";

/** The ways to be past one's time, each of which has an index: retention, own time, namespace. */
async function waysToExpire(ctx: Ctx): Promise<SQL[]> {
  const [retention, { ttlSeconds }] = await Promise.all([
    expiryOf(ctx),
    memoryRulesOf(ctx.tenantId),
  ]);
  const shortest = Math.min(...ttlSeconds.values());
  const { updatedAt, expiresAt, deletedAt, namespace } = memoryItems;
  const named = memoryNamespaces;
  return [
    sql`${expiresAt} <= now()`,
    ...(retention ? [sql`${deletedAt} is null and ${updatedAt} < ${retention}::timestamptz`] : []),
    ...(ttlSeconds.size > 0
      ? [
          sql`${deletedAt} is null and ${updatedAt} < now() - make_interval(secs => ${shortest})
            and exists (select from ${named}
              where ${named.tenantId} = ${ctx.tenantId} and ${named.namespace} = ${namespace}
                and ${updatedAt} < now() - make_interval(secs => ${named.ttlSeconds}))`,
        ]
      : []),
  ];
}

/** By ids that were read before: PostgreSQL may run a subquery that locks more than once. */
function deleteByIds(tx: Tx, ctx: Ctx, rows: readonly { itemId: string }[]) {
  const ids = toArrayText(rows.map(({ itemId }) => itemId));
  return tx
    .delete(memoryItems)
    .where(
      and(eq(memoryItems.tenantId, ctx.tenantId), sql`${memoryItems.itemId} = any(${ids}::text[])`),
    )
    .returning({
      itemId: memoryItems.itemId,
      agentId: memoryItems.agentId,
      namespace: memoryItems.namespace,
      version: memoryItems.version,
    });
}

/** Deletes the tenant's items of that sort for good, at most so many; answers how many it were. */
export async function deleteItems(tx: Tx, ctx: Ctx, sort: SQL, most: number): Promise<number> {
  const some = tx
    .select({ itemId: memoryItems.itemId })
    .from(memoryItems)
    .where(and(eq(memoryItems.tenantId, ctx.tenantId), sort))
    .limit(most)
    .for("update", { skipLocked: true });
  const gone = await deleteByIds(tx, ctx, await some);
  return gone.length;
}

/** Deletes so many of each sort of the tenant's expired items; answers how many there were. */
export async function deleteExpired(tx: Tx, ctx: Ctx, most: number): Promise<number> {
  let gone = 0;
  for (const sort of await waysToExpire(ctx)) gone += await deleteItems(tx, ctx, sort, most);
  return gone;
}

/** Deleted items that a tenant can have; past them the oldest go for good. */
const mostInTrash = 10_000;

/** Deletes for good what was in the trash longest where there is too much of it. */
export async function trimTrash(tx: Tx, ctx: Ctx): Promise<void> {
  const kept = tx
    .select({ deletedAt: memoryItems.deletedAt })
    .from(memoryItems)
    .where(and(eq(memoryItems.tenantId, ctx.tenantId), isNotNull(memoryItems.deletedAt)))
    .orderBy(desc(memoryItems.deletedAt))
    .offset(mostInTrash)
    .limit(1);
  const [oldest] = await kept;
  if (oldest?.deletedAt) {
    await deleteItems(tx, ctx, sql`${memoryItems.deletedAt} <= ${oldest.deletedAt}`, mostInTrash);
  }
}

const orders = {
  evict_oldest: [asc(memoryItems.updatedAt)],
  evict_least_important: [asc(memoryItems.importance), asc(memoryItems.updatedAt)],
};

async function evict(
  tx: Tx,
  ctx: Ctx,
  policy: keyof typeof orders,
  wanted: number,
  spared: readonly string[],
): Promise<number> {
  const victims = tx
    .select({ itemId: memoryItems.itemId })
    .from(memoryItems)
    .where(
      and(
        eq(memoryItems.tenantId, ctx.tenantId),
        isNull(memoryItems.deletedAt),
        spared.length > 0
          ? sql`${memoryItems.itemId} <> all(${toArrayText(spared)}::text[])`
          : undefined,
      ),
    )
    .orderBy(...orders[policy])
    .limit(wanted)
    .for("update", { skipLocked: true });
  const gone = await deleteByIds(tx, ctx, await victims);
  await auditAll(
    tx,
    ctx,
    gone.map(({ itemId, agentId, namespace, version }) => ({
      action: "memory.item.evict",
      target: { type: "memory_item", id: itemId },
      before: { agent_id: agentId, namespace, version, policy },
    })),
  );
  return gone.length;
}

/** How many entries too many there would be with so many more; locks the quota's row. */
async function lackOf(tx: Tx, ctx: Ctx, wanted: number): Promise<number> {
  const left = await lockQuota(tx, ctx.tenantId, quota);
  return left === null ? 0 : wanted - left;
}

/**
 * Makes room for `wanted` new entries as the tenant's policy says it. It locks the quota's row, which
 * a write that adds or takes entries does before it touches any of them, so that the count is exact
 * and no two of them wait for each other. What finds no room is refused by the quota itself, as is
 * what another tenant writes by an offer. Answers how many entries were evicted: items, never
 * context documents.
 */
export async function makeRoom(
  tx: Tx,
  ctx: Ctx,
  policy: MemoryPolicy,
  wanted: number,
  spared: readonly string[] = [],
): Promise<number> {
  if ((await lackOf(tx, ctx, wanted)) <= 0) return 0;
  await deleteExpired(tx, ctx, 1_000);
  const still = await lackOf(tx, ctx, wanted);
  // Whoever was offered one namespace to write to pushes nothing out of the others.
  if (still <= 0 || policy === "refuse" || ctx.principal.type === "offer") return 0;
  return evict(tx, ctx, policy, still, spared);
}
