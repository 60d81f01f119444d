import { exportMemory } from "#lib/federation/exports/export.ts";
import { exportQuery, memoryExport } from "#lib/federation/exports/schema.ts";
import { route } from "#lib/http/route.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "What a peer pulls: the agents' contexts written since",
  query: exportQuery,
  response: memoryExport,
  run: (ctx, { query }) => exportMemory(ctx, query),
});
