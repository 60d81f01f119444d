import { route } from "#lib/http/route.ts";
import { checkUpstream } from "#lib/upstreams/catalog.ts";
import { checkedUpstream } from "#lib/upstreams/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "upstreams:write",
  summary: "Ask an upstream MCP server whether it answers",
  response: checkedUpstream,
  run: (ctx, { params }) => checkUpstream(ctx, params.upstream_id ?? ""),
});
