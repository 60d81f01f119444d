import type { Metadata } from "next";
import { cache } from "react";
import { countUpstreamTools } from "#lib/tools/import/upstream/counts.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { idOf, openTenant, orNotFound } from "../../open-tenant.ts";

export type UpstreamParams = Promise<{ tenant_id: string; upstream_id: string }>;

/** The upstream of an address with the counts of its tools; a 404 when there is none. */
export const openUpstream = cache(async (tenantId: string, id: string) => {
  const { ctx, tenant } = await openTenant(tenantId);
  const upstream = await orNotFound(getUpstream(ctx, id));
  const counts = await orNotFound(countUpstreamTools(ctx, id));
  return { ctx, tenant, upstream, counts };
});

/**
 * `generateMetadata` of a page of an upstream; read by each of them, since a page whose metadata is
 * not found answers 404 where one that is not found itself may have begun to answer already.
 */
export function upstreamMetadata(title: string) {
  return async ({ params }: { params: UpstreamParams }): Promise<Metadata> => {
    const { tenant_id, upstream_id } = await params;
    const { upstream, tenant } = await openUpstream(tenant_id, idOf(upstream_id));
    return { title: { absolute: `${title} · ${upstream.name} · ${tenant.name} · TauseStack` } };
  };
}
