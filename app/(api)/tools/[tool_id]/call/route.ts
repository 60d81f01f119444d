import { route } from "#lib/http/route.ts";
import { callTool } from "#lib/tools/calls/call.ts";
import { callToolInput, callToolResult } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:call",
  summary: "Call a tool",
  body: callToolInput,
  response: callToolResult,
  run: (ctx, { body, params, request }) =>
    callTool(
      ctx,
      { toolId: params.tool_id ?? "", arguments: body.arguments },
      { signal: request.signal },
    ),
});
