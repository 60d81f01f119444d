import { route } from "#lib/http/route.ts";
import { readUpstreamCatalog } from "#lib/upstreams/catalog.ts";
import { upstreamCatalog } from "#lib/upstreams/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Read what an upstream MCP server lists now",
  response: upstreamCatalog,
  run: (ctx, { params }) => readUpstreamCatalog(ctx, params.upstream_id ?? ""),
});
