import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { finishConnect } from "#lib/upstreams/oauth/connect.ts";
import { authorizationAnswer } from "#lib/upstreams/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "Where a person comes back to from an upstream's authorization server",
  query: authorizationAnswer,
  run: async (ctx, { query }) => {
    const upstreamId = await finishConnect(ctx, query);
    const page = `/admin/tenants/${ctx.tenantId}/upstreams/${upstreamId}?connected=1`;
    return new Reply(null, { status: 303, headers: { location: page } });
  },
});
