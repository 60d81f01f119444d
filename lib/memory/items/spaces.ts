import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { reaches, reachOf } from "../access.ts";

/** One namespace of one agent. */
interface Space {
  agentId: string;
  namespace: string;
}

const mostSpaces = 1_000;

// From one namespace to the next by the index of places, however many entries there are in each.
export const selectSpaces = `${tenantScope}
  select s.* from scope, lateral (
    with recursive spaces as (
      (select agent_id, namespace from memory_items
        where tenant_id = scope.tenant_id and deleted_at is null
        order by agent_id, namespace limit 1)
      union all
      select n.agent_id, n.namespace from spaces, lateral (
        select agent_id, namespace from memory_items
        where tenant_id = scope.tenant_id and deleted_at is null
          and (agent_id, namespace) > (spaces.agent_id, spaces.namespace)
        order by agent_id, namespace limit 1
      ) n
    )
    select agent_id, namespace from spaces limit ${mostSpaces} offset 0
  ) s`;

/** The namespaces that have items and that the caller may read, in order; at most 1,000. */
export async function listSpaces(ctx: Ctx): Promise<Space[]> {
  authorize(ctx, "memory:read");
  const reach = await reachOf(ctx);
  const rows = await tenantStatement(ctx.tenantId, selectSpaces, []);
  return rows
    .map((row) => ({ agentId: row.agent_id as string, namespace: row.namespace as string }))
    .filter(({ agentId, namespace }) => reaches(reach, agentId, namespace, "read"));
}
