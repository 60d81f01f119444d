import { route } from "#lib/http/route.ts";
import { decideApproval } from "#lib/tools/governance/approvals.ts";
import { approval, decideInput } from "#lib/tools/governance/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "Deny a call",
  body: decideInput,
  response: approval,
  run: (ctx, { body, params }) => decideApproval(ctx, params.approval_id ?? "", "denied", body),
});
