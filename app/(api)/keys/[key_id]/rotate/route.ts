import { rotateKey } from "#lib/auth/keys.ts";
import { newApiKey, rotateKeyInput } from "#lib/auth/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "tenant",
  summary: "Replace an API key; the old one keeps working for the overlap",
  body: rotateKeyInput.prefault({}),
  response: newApiKey,
  status: 201,
  run: (ctx, { body, params }) => rotateKey(ctx, params.key_id ?? "", body),
});
