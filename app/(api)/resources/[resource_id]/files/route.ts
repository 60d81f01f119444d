import { route } from "#lib/http/route.ts";
import { fileListQuery, filePage } from "#lib/resources/drivers/file/files-schema.ts";
import { listFiles } from "#lib/resources/use/files.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "List a folder of a file resource",
  query: fileListQuery,
  response: filePage,
  run: (ctx, { params, query, request }) =>
    listFiles(ctx, params.resource_id ?? "", query, request.signal),
});
