import { z } from "zod";
import { route } from "#lib/http/route.ts";
import { databaseOverview } from "#lib/resources/drivers/database/browse-schema.ts";
import { browseResource } from "#lib/resources/use/database.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "List the schemas and tables of a database resource",
  query: z.object({ schema: z.string().max(63).optional() }),
  response: databaseOverview,
  run: (ctx, { params, query, request }) =>
    browseResource(ctx, params.resource_id ?? "", query.schema ?? null, request.signal),
});
