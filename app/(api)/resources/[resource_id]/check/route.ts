import { route } from "#lib/http/route.ts";
import { checkResourceAccess } from "#lib/resources/access/explain.ts";
import { checkAnswer, checkInput } from "#lib/resources/access/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Ask whether somebody may use a permission of a resource, and why",
  body: checkInput,
  response: checkAnswer,
  run: (ctx, { body, params }) => checkResourceAccess(ctx, params.resource_id ?? "", body),
});
