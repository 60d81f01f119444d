import { getKey, revokeKey } from "#lib/auth/keys.ts";
import { apiKey } from "#lib/auth/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  summary: "Read an API key",
  response: apiKey,
  run: (ctx, { params }) => getKey(ctx, params.key_id ?? ""),
});

export const DELETE = route({
  scope: "tenant",
  summary: "Revoke an API key on every process",
  response: apiKey,
  run: (ctx, { params }) => revokeKey(ctx, params.key_id ?? ""),
});
