import { cache } from "react";
import { getUpstream } from "#lib/upstreams/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type UpstreamParams = Promise<{ tenant_id: string; upstream_id: string }>;

/** The upstream of an address; a 404 when there is none. */
export const openUpstream = cache(async (tenantId: string, id: string) => {
  const { ctx } = await openTenant(tenantId);
  return { ctx, upstream: await orNotFound(getUpstream(ctx, id)) };
});
