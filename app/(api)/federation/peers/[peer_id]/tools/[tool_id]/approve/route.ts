import { approveTool } from "#lib/federation/pulls/held.ts";
import { approveToolInput } from "#lib/federation/pulls/schema.ts";
import { route } from "#lib/http/route.ts";
import { tool } from "#lib/tools/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Publish a tool's definition that was pulled from a peer",
  body: approveToolInput,
  response: tool,
  run: (ctx, { params, body }) =>
    approveTool(ctx, params.peer_id ?? "", params.tool_id ?? "", body),
});
