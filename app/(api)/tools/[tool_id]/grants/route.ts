import { route } from "#lib/http/route.ts";
import { deleteGrants, getGrants, putGrants } from "#lib/tools/governance/grants.ts";
import { putGrantsInput, toolGrants } from "#lib/tools/governance/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Read who may call a tool",
  response: toolGrants,
  run: (ctx, { params }) => getGrants(ctx, params.tool_id ?? ""),
});

export const PUT = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Let only these call a tool",
  body: putGrantsInput,
  response: toolGrants,
  run: (ctx, { body, params }) => putGrants(ctx, params.tool_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Open a tool to everyone of the tenant",
  response: toolGrants,
  run: (ctx, { params }) => deleteGrants(ctx, params.tool_id ?? ""),
});
