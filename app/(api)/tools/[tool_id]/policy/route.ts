import { route } from "#lib/http/route.ts";
import { getPolicy, putPolicy } from "#lib/tools/governance/policies.ts";
import { putPolicyInput, toolPolicy } from "#lib/tools/governance/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Read how a tool's calls are governed",
  response: toolPolicy,
  run: (ctx, { params }) => getPolicy(ctx, params.tool_id ?? ""),
});

export const PUT = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Change how a tool's calls are governed",
  body: putPolicyInput,
  response: toolPolicy,
  run: (ctx, { body, params }) => putPolicy(ctx, params.tool_id ?? "", body),
});
