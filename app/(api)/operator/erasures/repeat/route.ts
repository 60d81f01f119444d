import { repeatErasuresInput, repeatedErasures } from "#lib/admin/erasure-schema.ts";
import { repeatErasures } from "#lib/admin/erasures.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Erase again, after a backup was restored, what was erased since it was made",
  body: repeatErasuresInput,
  response: repeatedErasures,
  run: (ctx, { body }) => repeatErasures(ctx, body),
});
