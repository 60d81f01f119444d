import { database } from "#db/client.ts";
import { platformStatement } from "#db/transaction.ts";
import { systemTenantCtx } from "#lib/auth/identity.ts";
import { log } from "#lib/core/log.ts";
import { embedSoon } from "./embeddings/background.ts";
import { queueMissing } from "./embeddings/embed-pending.ts";
import { makeNearIndexes } from "./embeddings/indexes.ts";
import { purgeExpired } from "./retention.ts";
import { searchAbilities } from "./search/abilities.ts";
import { reindexItems } from "./search/reindex.ts";

/** Tenants whose items may be past their time, told by columns that the platform may read. */
const tenantsWithDue = `
  select tenant_id from memory_items where expires_at <= now()
  union select tenant_id from memory_items where deleted_at is not null
  union select tenant_id from memory_namespaces`;

/**
 * Deletes what tenants no longer keep; `retaining` are those with a retention of their own. One
 * tenant's failure does not stop the others'.
 */
export async function expireMemories(retaining: AsyncIterable<string>): Promise<void> {
  const rows = await platformStatement(tenantsWithDue, []);
  const tenants = new Set(rows.map((row) => row.tenant_id as string));
  for await (const tenantId of retaining) tenants.add(tenantId);
  const failures: unknown[] = [];
  for (const tenantId of tenants) {
    try {
      const entries = await purgeExpired(systemTenantCtx("memory-retention", tenantId));
      if (entries > 0) log.info({ tenantId, entries }, "expired memories are deleted");
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "some tenants' memories remain");
}

/** Tenants whose embeddings may be behind: those with a model, and those that had one. */
const tenantsWithEmbeddings = `
  select tenant_id from tenants where mcp_config ->> 'memory_embedding' is not null
  union select tenant_id from memory_embedding_states`;

/** Tries again what providers did not answer, and begins anew where a model was changed. */
export async function embedMemories(): Promise<void> {
  if (!(await searchAbilities()).meaning) return;
  for (const row of await platformStatement(tenantsWithEmbeddings, [])) {
    embedSoon(row.tenant_id as string);
  }
}

/** Makes entries be found by the language that their tenant has now, and by trigrams where it can. */
export async function reindexMemories(tenants: AsyncIterable<string>): Promise<void> {
  await database().owner`select ensure_memory_search(), ensure_memory_embeddings()`;
  const { meaning } = await searchAbilities();
  if (meaning) await makeNearIndexes();
  for await (const tenantId of tenants) {
    const ctx = systemTenantCtx("memory-index", tenantId);
    if (meaning) await queueMissing(ctx);
    const items = await reindexItems(ctx);
    if (items > 0) log.info({ tenantId, items }, "memories are indexed in another language");
  }
}
