import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { resource, resourceQuery } from "#lib/resources/schema.ts";
import { listResources } from "#lib/resources/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "List the tenant's resources",
  query: resourceQuery,
  response: z.array(resource),
  run: async (ctx, { query, request }) => paged(request, await listResources(ctx, query)),
});
