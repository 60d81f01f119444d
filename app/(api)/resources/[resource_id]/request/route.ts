import { route } from "#lib/http/route.ts";
import { apiAnswer, apiRequest } from "#lib/resources/drivers/api/connection-schema.ts";
import { requestResource } from "#lib/resources/use/api.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Send one request to an API resource: GET and HEAD to read, the others to write",
  body: apiRequest,
  response: apiAnswer,
  run: (ctx, { body, params, request }) =>
    requestResource(ctx, params.resource_id ?? "", body, request.signal),
});
