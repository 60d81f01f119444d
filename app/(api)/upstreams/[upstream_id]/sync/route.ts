import { route } from "#lib/http/route.ts";
import { syncedUpstream } from "#lib/tools/import/upstream/schema.ts";
import { syncUpstreamTools } from "#lib/tools/import/upstream/sync.ts";

export const POST = route({
  scope: "tenant",
  permission: "upstreams:write",
  summary: "Note what an upstream MCP server offers now, beside what was accepted",
  response: syncedUpstream,
  run: (ctx, { params }) => syncUpstreamTools(ctx, params.upstream_id ?? ""),
});
