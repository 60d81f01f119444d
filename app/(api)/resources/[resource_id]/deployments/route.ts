import { z } from "zod";
import { route } from "#lib/http/route.ts";
import { deploymentRun } from "#lib/resources/drivers/api/connection-schema.ts";
import { deployResource, listDeployments } from "#lib/resources/use/api.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "List the last deployments of an API resource, newest first",
  response: z.array(deploymentRun),
  run: (ctx, { params }) => listDeployments(ctx, params.resource_id ?? ""),
});

export const POST = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Run the deployment that an API resource declares",
  response: deploymentRun,
  run: (ctx, { params, request }) => deployResource(ctx, params.resource_id ?? "", request.signal),
});
