import { route } from "#lib/http/route.ts";
import { publishTool } from "#lib/tools/bench/replay.ts";
import { publishInput } from "#lib/tools/revisions/schema.ts";
import { tool } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Publish a revision of a tool, its draft unless told",
  body: publishInput,
  response: tool,
  run: (ctx, { body, params, request }) =>
    publishTool(ctx, params.tool_id ?? "", body, request.signal),
});
