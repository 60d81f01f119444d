import { route } from "#lib/http/route.ts";
import { tableDescription, tableQuery } from "#lib/resources/drivers/database/browse-schema.ts";
import { describeResourceTable } from "#lib/resources/use/database.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Describe a table of a database resource: columns, types, keys, comments",
  query: tableQuery,
  response: tableDescription,
  run: (ctx, { params, query, request }) =>
    describeResourceTable(ctx, params.resource_id ?? "", query, request.signal),
});
