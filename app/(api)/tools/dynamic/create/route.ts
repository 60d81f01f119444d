import { route } from "#lib/http/route.ts";
import { createDynamicToolInput, tool } from "#lib/tools/schema.ts";
import { createDynamicTool } from "#lib/tools/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Create a dynamic tool",
  body: createDynamicToolInput,
  response: tool,
  run: (ctx, { body }) => createDynamicTool(ctx, body),
});
