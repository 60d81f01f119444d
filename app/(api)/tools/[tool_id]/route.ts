import { route } from "#lib/http/route.ts";
import { deletedTool, tool } from "#lib/tools/schema.ts";
import { deleteTool, getTool } from "#lib/tools/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Read a tool",
  response: tool,
  run: (ctx, { params }) => getTool(ctx, params.tool_id ?? ""),
});

export const DELETE = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Delete a tool",
  response: deletedTool,
  run: async (ctx, { params }) => {
    await deleteTool(ctx, params.tool_id ?? "");
    return { status: "deleted", tool_id: params.tool_id };
  },
});
