import { z } from "zod";
import { listOrigins } from "#lib/federation/pulls/origins.ts";
import { origin, originQuery } from "#lib/federation/pulls/schema.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:read",
  summary: "Where memories and tools that were pulled came from",
  query: originQuery,
  response: z.array(origin),
  run: async (ctx, { query, request }) => paged(request, await listOrigins(ctx, query)),
});
