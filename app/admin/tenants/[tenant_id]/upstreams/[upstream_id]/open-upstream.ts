import { cache } from "react";
import { countUpstreamTools } from "#lib/tools/import/upstream/counts.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type UpstreamParams = Promise<{ tenant_id: string; upstream_id: string }>;

/** The upstream of an address with the counts of its tools; a 404 when there is none. */
export const openUpstream = cache(async (tenantId: string, id: string) => {
  const { ctx, tenant } = await openTenant(tenantId);
  const upstream = await orNotFound(getUpstream(ctx, id));
  const counts = await orNotFound(countUpstreamTools(ctx, id));
  return { ctx, tenant, upstream, counts };
});
