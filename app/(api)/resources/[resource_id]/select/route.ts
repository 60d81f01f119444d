import { route } from "#lib/http/route.ts";
import { resultSet, selectInput } from "#lib/resources/drivers/database/connection-schema.ts";
import { selectResource } from "#lib/resources/use/database.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Read rows of one table of a database resource, without writing SQL",
  body: selectInput,
  response: resultSet,
  run: (ctx, { body, params, request }) =>
    selectResource(ctx, params.resource_id ?? "", body, request.signal),
});
