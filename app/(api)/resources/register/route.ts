import { route } from "#lib/http/route.ts";
import { registerResourceInput, resource } from "#lib/resources/schema.ts";
import { registerResource } from "#lib/resources/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Register a resource, replacing what is there",
  body: registerResourceInput,
  response: resource,
  run: (ctx, { body }) => registerResource(ctx, body),
});
