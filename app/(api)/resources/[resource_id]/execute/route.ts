import { route } from "#lib/http/route.ts";
import { executed, executeInput } from "#lib/resources/drivers/database/connection-schema.ts";
import { executeOnResource } from "#lib/resources/use/database.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Run one statement that changes a database resource: data, or with mode admin anything",
  body: executeInput,
  response: executed,
  run: (ctx, { body, params, request }) =>
    executeOnResource(ctx, params.resource_id ?? "", body, request.signal),
});
