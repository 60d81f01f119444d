import { route } from "#lib/http/route.ts";
import { getAccess } from "#lib/tools/governance/access.ts";
import { toolAccess } from "#lib/tools/governance/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "Explain who can call a tool, and why",
  response: toolAccess,
  run: (ctx, { params }) => getAccess(ctx, params.tool_id ?? ""),
});
