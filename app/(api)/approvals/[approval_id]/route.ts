import { route } from "#lib/http/route.ts";
import { getApproval } from "#lib/tools/governance/approvals.ts";
import { approval } from "#lib/tools/governance/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:call",
  summary: "Read a request for approval",
  response: approval,
  run: (ctx, { params }) => getApproval(ctx, params.approval_id ?? ""),
});
