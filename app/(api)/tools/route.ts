import { z } from "zod";
import { asReader } from "#lib/federation/enabled.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { tool, toolQuery } from "#lib/tools/schema.ts";
import { listTools } from "#lib/tools/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "List the tools",
  query: toolQuery,
  response: z.array(tool),
  run: async (ctx, { query, request }) =>
    paged(request, await listTools(await asReader(ctx, request), query)),
});
