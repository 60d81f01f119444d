import { route } from "#lib/http/route.ts";
import { applyImportInput, importResult } from "#lib/tools/import/openapi/schema.ts";
import { applyImport } from "#lib/tools/import/openapi/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "Import operations of an OpenAPI description as tools",
  body: applyImportInput,
  response: importResult,
  run: (ctx, { body }) => applyImport(ctx, body),
});
