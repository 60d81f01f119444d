import { route } from "#lib/http/route.ts";
import { disconnectUpstream } from "#lib/upstreams/oauth/disconnect.ts";
import { disconnectedUpstream } from "#lib/upstreams/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Disconnect the tenant's account, or one's own, from an upstream MCP server",
  response: disconnectedUpstream,
  run: async (ctx, { params }) => {
    const upstreamId = params.upstream_id ?? "";
    await disconnectUpstream(ctx, upstreamId);
    return { status: "disconnected", upstream_id: upstreamId };
  },
});
