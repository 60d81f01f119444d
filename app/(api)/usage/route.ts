import { route } from "#lib/http/route.ts";
import { usageQuery, usageReport } from "#lib/usage/schema.ts";
import { reportUsage } from "#lib/usage/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "usage:read",
  summary: "Sum the tenant's ledger over a time",
  query: usageQuery,
  response: usageReport,
  run: (ctx, { query }) => reportUsage(ctx, query),
});
