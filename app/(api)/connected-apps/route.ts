import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { listConnectedApps } from "#lib/oauth/apps.ts";
import { connectedApp, connectedAppQuery } from "#lib/oauth/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "apps:read",
  summary: "List the applications that people connected by OAuth",
  query: connectedAppQuery,
  response: z.array(connectedApp),
  run: async (ctx, { query, request }) => paged(request, await listConnectedApps(ctx, query)),
});
