import { route } from "#lib/http/route.ts";
import { rollBackTool } from "#lib/tools/revisions/publish.ts";
import { rollBackInput } from "#lib/tools/revisions/schema.ts";
import { tool } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Publish an earlier revision of a tool again",
  body: rollBackInput,
  response: tool,
  run: (ctx, { body, params }) => rollBackTool(ctx, params.tool_id ?? "", body),
});
