import { z } from "zod";
import { listAiRoutes } from "#lib/gateway/routes.ts";
import { aiRoute } from "#lib/gateway/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "gateway:read",
  summary: "List the tenant's routes of language models",
  response: z.array(aiRoute),
  run: (ctx) => listAiRoutes(ctx),
});
