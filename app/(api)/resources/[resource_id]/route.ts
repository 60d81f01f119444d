import { route } from "#lib/http/route.ts";
import { deletedResource, resource } from "#lib/resources/schema.ts";
import { deleteResource, getResource } from "#lib/resources/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Read a resource",
  response: resource,
  run: (ctx, { params }) => getResource(ctx, params.resource_id ?? ""),
});

export const DELETE = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Delete a resource",
  response: deletedResource,
  run: async (ctx, { params }) => {
    await deleteResource(ctx, params.resource_id ?? "");
    return { status: "deleted", resource_id: params.resource_id };
  },
});
