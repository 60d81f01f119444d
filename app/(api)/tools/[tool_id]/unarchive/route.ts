import { route } from "#lib/http/route.ts";
import { unarchiveTool } from "#lib/tools/revisions/publish.ts";
import { tool } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Put an archived tool in use again",
  response: tool,
  run: (ctx, { params }) => unarchiveTool(ctx, params.tool_id ?? ""),
});
