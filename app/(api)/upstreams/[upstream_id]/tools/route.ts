import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { listUpstreamTools } from "#lib/tools/import/upstream/list.ts";
import { upstreamTool, upstreamToolQuery } from "#lib/tools/import/upstream/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "upstreams:read",
  summary: "List what an upstream offers, beside what of it is served",
  query: upstreamToolQuery,
  response: z.array(upstreamTool),
  run: async (ctx, { params, query, request }) =>
    paged(request, await listUpstreamTools(ctx, params.upstream_id ?? "", query)),
});
