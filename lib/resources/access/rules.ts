import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { resourcesTopic } from "../change.ts";
import { ceilingOf, type Grant } from "./engine.ts";
import { subjectName } from "./subjects.ts";

/** Who may use the tenant's resources may differ; the key is the tenant's id. */
export const resourceGrantsTopic = "resource-grants";

/** A resource that only who is granted it may use. */
export interface Governed {
  ceiling: ReadonlySet<string>;
  grants: readonly Grant[];
}

/** A tenant's governed resources by id. */
export type ResourceRules = ReadonlyMap<string, Governed>;

interface Slot {
  /** Null: no resource of the tenant was ever granted. */
  rules: ResourceRules | null;
}

const statement = `${tenantScope}
  select g.* from scope, lateral (
    select
      (select json_agg(json_build_object('id', resource_id, 'ceiling', access_permissions))
        from resources where tenant_id = scope.tenant_id and granted_only) as governed,
      (select json_agg(json_build_object('resourceId', resource_id, 'grantId', grant_id,
          'type', subject_type, 'id', subject_id, 'permissions', permissions,
          'conditions', conditions,
          'expiresAt', (extract(epoch from expires_at) * 1000)::bigint))
        from resource_grants where tenant_id = scope.tenant_id) as grants
    offset 0
  ) g`;

type Loaded = Pick<Grant, "grantId" | "resourceId" | "permissions" | "conditions" | "expiresAt"> &
  Parameters<typeof subjectName>[0];

function listOf<T>(json: unknown): T[] {
  return json === null || json === undefined ? [] : JSON.parse(String(json));
}

async function load(tenantId: string): Promise<Slot> {
  const [row] = await tenantStatement(tenantId, statement, []);
  const governed = listOf<{ id: string; ceiling: string[] }>(row?.governed);
  if (governed.length === 0) return { rules: null };
  const granted = new Map<string, Grant[]>();
  for (const { type, id, ...grant } of listOf<Loaded>(row?.grants)) {
    const of = granted.get(grant.resourceId) ?? [];
    of.push({ ...grant, subject: subjectName({ type, id }) });
    granted.set(grant.resourceId, of);
  }
  const rules = governed.map(
    ({ id, ceiling }) =>
      [id, { ceiling: ceilingOf(ceiling), grants: granted.get(id) ?? [] }] as const,
  );
  return { rules: new Map(rules) };
}

// A second is how long a revoked grant may stay unheard where notices do not arrive.
const cache = createCache<Slot>({
  name: "resource-grants",
  // Ceilings change with the resources, and all of it goes with a tenant that is deleted.
  topic: [resourceGrantsTopic, resourcesTopic, tenantTopic],
  maxEntries: 1_000,
  ttlMs: 1_000,
  load,
});

/** What of the tenant is granted to whom; null where nothing is, which most often costs no wait. */
export function resourceRulesOf(
  tenantId: string,
): ResourceRules | null | Promise<ResourceRules | null> {
  const slot = cache.peek(tenantId);
  return slot ? slot.rules : cache.get(tenantId).then(({ rules }) => rules);
}
