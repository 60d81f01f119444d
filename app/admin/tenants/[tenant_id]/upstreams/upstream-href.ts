import type { Upstream } from "#lib/upstreams/schema.ts";

/** The page of an upstream. */
export function upstreamHref(of: Pick<Upstream, "tenant_id" | "upstream_id">): string {
  return `/admin/tenants/${of.tenant_id}/upstreams/${encodeURIComponent(of.upstream_id)}`;
}
