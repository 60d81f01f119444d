import { route } from "#lib/http/route.ts";
import { signingKeys } from "#lib/oauth/schema.ts";
import { rotateSigningKeys } from "#lib/oauth/signing-keys.ts";

export const POST = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Sign OAuth tokens with the next key from now on",
  response: signingKeys,
  run: (ctx) => rotateSigningKeys(ctx),
});
