import { route } from "#lib/http/route.ts";
import {
  deletedSecret,
  deleteSecretQuery,
  putSecretInput,
  secret,
  usedSecret,
} from "#lib/secrets/schema.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { deleteUnusedSecret, getUsedSecret } from "#lib/tools/secret-uses.ts";

export const GET = route({
  scope: "tenant",
  permission: "secrets:read",
  summary: "Read what is known of a secret, but for its value",
  response: usedSecret,
  run: (ctx, { params }) => getUsedSecret(ctx, params.secret_name ?? ""),
});

export const PUT = route({
  scope: "tenant",
  permission: "secrets:write",
  summary: "Create a secret, rotate its value or change what is known of it",
  body: putSecretInput,
  response: secret,
  run: (ctx, { body, params }) => putSecret(ctx, params.secret_name ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "secrets:write",
  summary: "Delete a secret that nothing uses",
  query: deleteSecretQuery,
  response: deletedSecret,
  run: async (ctx, { params, query }) => {
    await deleteUnusedSecret(ctx, params.secret_name ?? "", query.force);
    return { status: "deleted", name: params.secret_name };
  },
});
