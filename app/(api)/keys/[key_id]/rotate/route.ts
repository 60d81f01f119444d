import { newApiKey, rotateKeyInput } from "#lib/auth/schema.ts";
import { route } from "#lib/http/route.ts";
import { rotateGrantedKey } from "#lib/tools/governance/granted-keys.ts";

export const POST = route({
  scope: "tenant",
  summary: "Replace an API key; the old one keeps working for the overlap",
  body: rotateKeyInput.prefault({}),
  response: newApiKey,
  status: 201,
  run: (ctx, { body, params }) => rotateGrantedKey(ctx, params.key_id ?? "", body),
});
