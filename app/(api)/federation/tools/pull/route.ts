import { pullTools } from "#lib/federation/pull.ts";
import { pullInput, pullResult } from "#lib/federation/schema.ts";
import { route } from "#lib/http/route.ts";

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Copy a peer's tools into the tenant",
  body: pullInput,
  response: pullResult,
  run: (ctx, { body }) => pullTools(ctx, body),
});
