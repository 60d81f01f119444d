import { deleteAiRoute, getAiRoute, putAiRoute } from "#lib/gateway/routes.ts";
import { aiRoute, deletedRoute, putRouteInput } from "#lib/gateway/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "gateway:read",
  summary: "Read one of the tenant's routes of language models",
  response: aiRoute,
  run: (ctx, { params }) => getAiRoute(ctx, params.route_alias ?? ""),
});

export const PUT = route({
  scope: "tenant",
  permission: "gateway:write",
  summary: "Create a route of language models, or replace the one of that alias",
  body: putRouteInput,
  response: aiRoute,
  run: (ctx, { body, params }) => putAiRoute(ctx, params.route_alias ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "gateway:write",
  summary: "Delete a route of language models",
  response: deletedRoute,
  run: async (ctx, { params }) => {
    await deleteAiRoute(ctx, params.route_alias ?? "");
    return { status: "deleted", alias: params.route_alias };
  },
});
