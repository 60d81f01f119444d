import { route } from "#lib/http/route.ts";
import { importPreview, previewImportInput } from "#lib/tools/import/openapi/schema.ts";
import { previewImport } from "#lib/tools/import/openapi/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "tools:write",
  summary: "See what an import of an OpenAPI description would do",
  body: previewImportInput,
  response: importPreview,
  run: (ctx, { body }) => previewImport(ctx, body),
});
