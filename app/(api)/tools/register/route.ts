import { route } from "#lib/http/route.ts";
import { registerToolInput, tool } from "#lib/tools/schema.ts";
import { registerTool } from "#lib/tools/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Register a tool, replacing the one of its id",
  body: registerToolInput,
  response: tool,
  run: (ctx, { body }) => registerTool(ctx, body),
});
