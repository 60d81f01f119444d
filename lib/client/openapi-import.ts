import {
  type ApplyImportInput,
  type ImportPreview,
  type ImportResult,
  importPreview,
  importResult,
  type PreviewImportInput,
} from "#lib/tools/import/openapi/schema.ts";
import { callApi, pathOf } from "./api.ts";

const pathTo = (step: string) => pathOf("tools", "import", "openapi", step);

/** What an import would do; writes nothing. */
export function previewOpenApiImport(
  tenantId: string,
  body: PreviewImportInput,
): Promise<ImportPreview> {
  return callApi({
    ...{ method: "POST", path: pathTo("preview"), tenantId, body },
    response: importPreview,
  });
}

export function applyOpenApiImport(
  tenantId: string,
  body: ApplyImportInput,
): Promise<ImportResult> {
  return callApi({
    ...{ method: "POST", path: pathTo("apply"), tenantId, body },
    response: importResult,
  });
}
