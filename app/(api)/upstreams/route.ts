import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { upstream, upstreamQuery } from "#lib/upstreams/schema.ts";
import { listUpstreams } from "#lib/upstreams/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "List the tenant's upstream MCP servers",
  query: upstreamQuery,
  response: z.array(upstream),
  run: async (ctx, { query, request }) => paged(request, await listUpstreams(ctx, query)),
});
