import { tenantStats } from "#lib/analytics/schema.ts";
import { getStats } from "#lib/analytics/stats.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  tenantFrom: "path",
  permission: "tenants:read",
  summary: "Read what a tenant has, has used and has left",
  response: tenantStats,
  run: (ctx) => getStats(ctx),
});
