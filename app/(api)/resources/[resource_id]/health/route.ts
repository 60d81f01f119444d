import { route } from "#lib/http/route.ts";
import { checkResourceHealth, getResourceHealth } from "#lib/resources/use/health.ts";
import { resourceHealthStatus } from "#lib/resources/use/health-schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Read what the last look at a resource found",
  response: resourceHealthStatus,
  run: (ctx, { params }) => getResourceHealth(ctx, params.resource_id ?? ""),
});

export const POST = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Look now whether a resource can be reached",
  response: resourceHealthStatus,
  run: (ctx, { params }) => checkResourceHealth(ctx, params.resource_id ?? ""),
});
