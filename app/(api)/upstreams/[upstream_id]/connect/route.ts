import { publicUrl } from "#lib/http/origin.ts";
import { route } from "#lib/http/route.ts";
import { connectUpstream } from "#lib/upstreams/oauth/connect.ts";
import { startedAuthorization } from "#lib/upstreams/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Begin to connect an account to an upstream MCP server (OAuth); for people only",
  response: startedAuthorization,
  run: async (ctx, { params }) => ({
    authorization_url: await connectUpstream(ctx, params.upstream_id ?? "", publicUrl()),
  }),
});
