import { route } from "#lib/http/route.ts";
import { putResourceGrant, revokeResourceGrant } from "#lib/resources/access/grants.ts";
import { grantInput, resourceGrant, revokedGrant } from "#lib/resources/access/schema.ts";

export const PUT = route({
  scope: "tenant",
  permission: "resources:govern",
  summary: "Replace one grant of a resource",
  body: grantInput,
  response: resourceGrant,
  run: (ctx, { body, params }) =>
    putResourceGrant(ctx, params.resource_id ?? "", params.grant_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "resources:govern",
  summary: "Revoke one grant of a resource, which stays closed",
  response: revokedGrant,
  run: async (ctx, { params }) => {
    await revokeResourceGrant(ctx, params.resource_id ?? "", params.grant_id ?? "");
    return { status: "revoked", grant_id: params.grant_id };
  },
});
