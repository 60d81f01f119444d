import { route } from "#lib/http/route.ts";
import { queryInput, resultSet } from "#lib/resources/drivers/database/connection-schema.ts";
import { queryResource } from "#lib/resources/use/database.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Run one SELECT on a database resource, read only, parameters bound",
  body: queryInput,
  response: resultSet,
  run: (ctx, { body, params, request }) =>
    queryResource(ctx, params.resource_id ?? "", body, request.signal),
});
