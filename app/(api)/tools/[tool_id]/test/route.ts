import { route } from "#lib/http/route.ts";
import { testTool } from "#lib/tools/bench/bench.ts";
import { testToolInput, toolTest } from "#lib/tools/bench/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Try a revision of a tool: a real call, with all that happened in it",
  body: testToolInput,
  response: toolTest,
  run: (ctx, { body, params, request }) =>
    testTool(ctx, params.tool_id ?? "", body, request.signal),
});
