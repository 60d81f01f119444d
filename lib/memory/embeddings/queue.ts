import { eq, sql } from "drizzle-orm";
import {
  memoryItems,
  memoryEmbeddingQueue as queue,
  memoryEmbeddingStates as states,
} from "#db/schema/memory.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";

/** Has an item embedded after the commit of `tx`, also one that a process is at right now. */
export async function queueItem(tx: Tx, ctx: Ctx, itemId: string): Promise<void> {
  await tx
    .insert(queue)
    .values({ tenantId: ctx.tenantId, itemId })
    .onConflictDoUpdate({
      target: [queue.tenantId, queue.itemId],
      set: { dueAt: sql`clock_timestamp()`, attempts: 0 },
    });
}

const atOnce = 1_000;

/**
 * Queues all of the tenant's items that have no vector of this model, and deletes those of another
 * model, which nothing can be compared with. What a writer has locked it queues itself.
 */
export async function queueAll({ tenantId }: Ctx, model: string): Promise<void> {
  const queueSome = (tx: Tx) =>
    tx.execute(sql`
      insert into ${queue} (tenant_id, item_id)
      select i.tenant_id, i.item_id from ${memoryItems} i
      where i.tenant_id = ${tenantId} and i.deleted_at is null
        and not exists (select from memory_embeddings e
          where e.tenant_id = i.tenant_id and e.item_id = i.item_id and e.model = ${model})
        and not exists (select from ${queue} q
          where q.tenant_id = i.tenant_id and q.item_id = i.item_id)
      limit ${atOnce} for share of i skip locked
      on conflict do nothing returning item_id`);
  while ((await withTenant(tenantId, queueSome)).length > 0);
  const fresh = { model, failures: 0, retryAt: null, problem: null };
  await withTenant(tenantId, async (tx) => {
    await tx.execute(sql`
      delete from memory_embeddings where tenant_id = ${tenantId} and model <> ${model}`);
    await tx
      .insert(states)
      .values({ tenantId, model })
      .onConflictDoUpdate({
        target: states.tenantId,
        set: fresh,
        setWhere: sql`${states.model} <> ${model}`,
      });
  });
}

/** Forgets the vectors of a tenant that no longer has a model, and what was to be embedded. */
export async function forgetEmbeddings({ tenantId }: Ctx): Promise<void> {
  await withTenant(tenantId, async (tx) => {
    await tx.execute(sql`delete from memory_embeddings where tenant_id = ${tenantId}`);
    await tx.delete(queue).where(eq(queue.tenantId, tenantId));
    await tx.delete(states).where(eq(states.tenantId, tenantId));
  });
}
