import { route } from "#lib/http/route.ts";
import { countUpstreamCatalog } from "#lib/upstreams/catalog-counts.ts";
import { upstreamCatalogCounts } from "#lib/upstreams/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Count what an upstream MCP server lists now",
  response: upstreamCatalogCounts,
  run: (ctx, { params }) => countUpstreamCatalog(ctx, params.upstream_id ?? ""),
});
