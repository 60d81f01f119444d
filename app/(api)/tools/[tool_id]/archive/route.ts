import { route } from "#lib/http/route.ts";
import { archiveTool } from "#lib/tools/revisions/publish.ts";
import { tool } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Take a tool out of use and keep it",
  response: tool,
  run: (ctx, { params }) => archiveTool(ctx, params.tool_id ?? ""),
});
