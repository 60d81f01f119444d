import { route } from "#lib/http/route.ts";
import { getResourceAccess } from "#lib/resources/access/explain.ts";
import { resourceAccess } from "#lib/resources/access/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Explain who can do what with a resource, and why",
  response: resourceAccess,
  run: (ctx, { params }) => getResourceAccess(ctx, params.resource_id ?? ""),
});
