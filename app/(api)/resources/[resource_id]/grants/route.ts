import { z } from "zod";
import { route } from "#lib/http/route.ts";
import {
  addResourceGrant,
  listResourceGrants,
  openResource,
  putResourceGrants,
} from "#lib/resources/access/grants.ts";
import {
  grantInput,
  openedResource,
  putGrantsInput,
  resourceGrant,
} from "#lib/resources/access/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "List who was granted what of a resource",
  response: z.array(resourceGrant),
  run: (ctx, { params }) => listResourceGrants(ctx, params.resource_id ?? ""),
});

export const POST = route({
  scope: "tenant",
  permission: "resources:govern",
  summary: "Grant somebody permissions of a resource, which closes it to everybody else",
  body: grantInput,
  response: resourceGrant,
  run: (ctx, { body, params }) => addResourceGrant(ctx, params.resource_id ?? "", body),
});

export const PUT = route({
  scope: "tenant",
  permission: "resources:govern",
  summary: "Let these grants hold, and no others; none at all closes the resource",
  body: putGrantsInput,
  response: z.array(resourceGrant),
  run: (ctx, { body, params }) => putResourceGrants(ctx, params.resource_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "resources:govern",
  summary: "Revoke all grants and open the resource to everyone of the tenant",
  response: openedResource,
  run: async (ctx, { params }) => {
    await openResource(ctx, params.resource_id ?? "");
    return { status: "opened", resource_id: params.resource_id };
  },
});
