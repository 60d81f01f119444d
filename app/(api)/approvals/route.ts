import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { listApprovals } from "#lib/tools/governance/approvals.ts";
import { approval, approvalQuery } from "#lib/tools/governance/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:govern",
  summary: "List the calls that need approval",
  query: approvalQuery,
  response: z.array(approval),
  run: async (ctx, { query, request }) => paged(request, await listApprovals(ctx, query)),
});
