import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { listUpstreamConnections } from "#lib/upstreams/oauth/connections.ts";
import { upstreamConnection } from "#lib/upstreams/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "List the accounts that people connected to an upstream MCP server",
  query: pageQuery,
  response: z.array(upstreamConnection),
  run: async (ctx, { params, query, request }) =>
    paged(request, await listUpstreamConnections(ctx, params.upstream_id ?? "", query)),
});
