import { exportTools } from "#lib/federation/exports/export.ts";
import { exportQuery, toolsExport } from "#lib/federation/exports/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "tools:read",
  summary: "What a peer pulls: the tools written since",
  query: exportQuery,
  response: toolsExport,
  run: (ctx, { query }) => exportTools(ctx, query),
});
