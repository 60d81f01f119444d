import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { secretQuery, usedSecret } from "#lib/secrets/schema.ts";
import { listUsedSecrets } from "#lib/tools/secret-uses.ts";

export const GET = route({
  scope: "tenant",
  permission: "secrets:read",
  summary: "List the tenant's secrets, without their values",
  query: secretQuery,
  response: z.array(usedSecret),
  run: async (ctx, { query, request }) => paged(request, await listUsedSecrets(ctx, query)),
});
