import { and, eq, sql } from "drizzle-orm";
import { toArrayText } from "#db/arrays.ts";
import {
  memoryItems,
  memoryEmbeddingQueue as queue,
  memoryEmbeddingStates as states,
} from "#db/schema/memory.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { embeddedText, textHash, vectorText } from "./text.ts";

/** An item that this process embeds; `dueAt` tells its claim from a write meanwhile. */
interface Claimed {
  itemId: string;
  dueAt: Date;
  text: string;
  hash: string;
}

/** Some of the queue: what is to be embedded, and how many needed nothing. */
export interface Batch {
  claimed: Claimed[];
  settled: number;
}

/** Items of a request; of those that failed before, ever fewer, so that one no longer hinders others. */
const sizes = [64, 16, 4, 1];

/** For so long no other process takes what this one has; then it is taken to have died. */
const claimSeconds = 120;

/**
 * The claims that still stand. What a writer has locked is queued anew by that writer, and waiting for
 * it could make a circle, since it may come to what this transaction has.
 */
function standing(ctx: Ctx, claims: readonly Pick<Claimed, "itemId" | "dueAt">[]) {
  const list = JSON.stringify(claims.map(({ itemId, dueAt }) => ({ itemId, dueAt })));
  return sql`${queue.tenantId} = ${ctx.tenantId} and ${queue.itemId} in (
    select q.item_id from ${queue} q
    join json_to_recordset(${list}::json) as c ("itemId" text, "dueAt" timestamptz)
      on q.item_id = c."itemId" and q.due_at = c."dueAt"
    where q.tenant_id = ${ctx.tenantId} for update of q skip locked)`;
}

async function settle(tx: Tx, ctx: Ctx, claims: readonly Pick<Claimed, "itemId" | "dueAt">[]) {
  if (claims.length > 0) await tx.delete(queue).where(standing(ctx, claims));
}

/** Takes due items out of the queue for a time; those that are gone or unchanged are settled. */
export async function claimBatch(ctx: Ctx, model: string): Promise<Batch> {
  const { tenantId } = ctx;
  return withTenant(tenantId, async (tx) => {
    const isDue = and(eq(queue.tenantId, tenantId), sql`${queue.dueAt} <= now()`);
    const due = await tx
      .select({ itemId: queue.itemId, attempts: queue.attempts })
      .from(queue)
      .where(isDue)
      .orderBy(queue.attempts, queue.dueAt)
      .limit(64)
      .for("update", { skipLocked: true });
    const size = sizes[Math.min(due[0]?.attempts ?? 0, sizes.length - 1)];
    const ids = toArrayText(due.slice(0, size).map(({ itemId }) => itemId));
    const claims = await tx
      .update(queue)
      .set({ dueAt: sql`now() + make_interval(secs => ${claimSeconds})` })
      .where(and(eq(queue.tenantId, tenantId), sql`${queue.itemId} = any(${ids}::text[])`))
      .returning({ itemId: queue.itemId, dueAt: queue.dueAt });
    const { itemId, key, tags, content, deletedAt } = memoryItems;
    const items = await tx
      .select({ itemId, key, tags, content })
      .from(memoryItems)
      .where(
        and(
          eq(memoryItems.tenantId, tenantId),
          sql`${itemId} = any(${ids}::text[]) and ${deletedAt} is null`,
        ),
      );
    const kept = await tx.execute<{ item_id: string; content_hash: string }>(sql`
      select item_id, content_hash from memory_embeddings
      where tenant_id = ${tenantId} and item_id = any(${ids}::text[]) and model = ${model}`);
    const byId = new Map(items.map((item) => [item.itemId, item]));
    const hashes = new Map(kept.map((row) => [row.item_id, row.content_hash]));
    const claimed: Claimed[] = [];
    const settled: typeof claims = [];
    for (const claim of claims) {
      const item = byId.get(claim.itemId);
      const text = item === undefined ? "" : embeddedText(item);
      const hash = textHash(text);
      if (item === undefined || hashes.get(claim.itemId) === hash) settled.push(claim);
      else claimed.push({ ...claim, text, hash });
    }
    await settle(tx, ctx, settled);
    return { claimed, settled: settled.length };
  });
}

/** Keeps what the provider made of a batch, of the items that are still there. */
export async function keepVectors(
  ctx: Ctx,
  model: string,
  claimed: readonly Claimed[],
  vectors: readonly (readonly number[])[],
): Promise<void> {
  const { tenantId } = ctx;
  const rows = claimed.flatMap(({ itemId, hash }, at) => {
    const vector = vectors[at];
    return vector === undefined ? [] : [{ id: itemId, hash, vector: vectorText(vector) }];
  });
  const dimensions = vectors[0]?.length ?? 0;
  await withTenant(tenantId, async (tx) => {
    const kept = await tx.execute<{ item_id: string }>(sql`
      insert into memory_embeddings (tenant_id, item_id, model, dimensions, content_hash, embedding)
      select i.tenant_id, i.item_id, ${model}, ${dimensions}::int, r.hash, r.vector::halfvec
      from json_to_recordset(${JSON.stringify(rows)}::json) as r (id text, hash text, vector text)
      join (
        select tenant_id, item_id from ${memoryItems}
        where tenant_id = ${tenantId}
          and item_id = any(${toArrayText(rows.map(({ id }) => id))}::text[])
        for key share skip locked
      ) i on i.item_id = r.id
      on conflict (tenant_id, item_id) do update set model = excluded.model,
        dimensions = excluded.dimensions, content_hash = excluded.content_hash,
        embedding = excluded.embedding
      returning item_id`);
    const ids = new Set(kept.map((row) => row.item_id));
    const done = claimed.filter(({ itemId }) => ids.has(itemId));
    await settle(tx, ctx, done);
    await tx
      .update(states)
      .set({ failures: 0, retryAt: null, problem: null })
      .where(and(eq(states.tenantId, tenantId), sql`${states.failures} > 0`));
  });
}

const pause = (failures: unknown, most: number) =>
  sql`now() + make_interval(secs => least(${most}, 15 * 2 ^ least(${failures}, 20)))`;

/**
 * Puts a batch off that the provider did not answer, and the tenant's next request: half a minute at
 * first, then ever longer, up to an hour (six for an item that keeps failing).
 */
export async function putOff(ctx: Ctx, claimed: readonly Claimed[], problem: string) {
  const { tenantId } = ctx;
  await withTenant(tenantId, async (tx) => {
    await tx
      .update(queue)
      .set({
        attempts: sql`${queue.attempts} + 1`,
        dueAt: pause(sql`${queue.attempts} + 1`, 6 * 3600),
      })
      .where(standing(ctx, claimed));
    await tx
      .update(states)
      .set({
        failures: sql`${states.failures} + 1`,
        retryAt: pause(sql`${states.failures} + 1`, 3600),
        problem,
      })
      .where(eq(states.tenantId, tenantId));
  });
}
