import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";

/** Topic of changes to a tenant's namespaces and grants of memory; the key is the tenant's id. */
export const memoryRulesTopic = "memory-rules";

/** Somebody besides the agent may use a namespace of its memory; `*` is all of them. */
export interface MemoryGrant {
  agentId: string;
  namespace: string;
  /** As `subjectNamesOf` names callers. */
  grantee: string;
  access: "read" | "write";
}

interface MemoryRules {
  /** Namespace → seconds that its entries are kept after their last write. */
  ttlSeconds: ReadonlyMap<string, number>;
  grants: readonly MemoryGrant[];
}

const statement = `${tenantScope}
  select r.* from scope, lateral (
    select
      (select json_agg(json_build_array(namespace, ttl_seconds)) from memory_namespaces
        where tenant_id = scope.tenant_id) as ttls,
      (select json_agg(json_build_object('agentId', agent_id, 'namespace', namespace,
          'grantee', grantee_type || ':' || grantee_id, 'access', access)) from memory_grants
        where tenant_id = scope.tenant_id) as grants
    offset 0
  ) r`;

function listOf<T>(text: unknown): T[] {
  return typeof text === "string" ? (JSON.parse(text) as T[]) : [];
}

// A second is how long a revoked grant may stay unheard where notices do not arrive.
const cache = createCache<MemoryRules>({
  name: "memory-rules",
  // A tenant that is deleted takes its rules along, and its slug may be given out again.
  topic: [memoryRulesTopic, tenantTopic],
  maxEntries: 10_000,
  ttlMs: 1_000,
  async load(tenantId) {
    const [row] = await tenantStatement(tenantId, statement, []);
    return {
      ttlSeconds: new Map(listOf<[string, number]>(row?.ttls)),
      grants: listOf<MemoryGrant>(row?.grants),
    };
  },
});

/** How long the tenant's namespaces are kept and to whom they are granted, as of this second. */
export function memoryRulesOf(tenantId: string): Promise<MemoryRules> {
  return cache.get(tenantId);
}
