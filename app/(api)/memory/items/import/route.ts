import { readText } from "#lib/http/body.ts";
import { route } from "#lib/http/route.ts";
import { importMemory } from "#lib/memory/transfer/import.ts";
import { importQuery, importReport } from "#lib/memory/transfer/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Import JSON Lines as an export gives them",
  takesBytes: true,
  query: importQuery,
  response: importReport,
  run: async (ctx, { query, request }) => importMemory(ctx, await readText(request), query),
});
