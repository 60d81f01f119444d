import { readBytes } from "#lib/http/body.ts";
import { route } from "#lib/http/route.ts";
import { serveBytes } from "#lib/http/serve-bytes.ts";
import { deletedFile, fileEntry, fileQuery } from "#lib/resources/drivers/file/files-schema.ts";
import { deleteFile, openFile, writeFile } from "#lib/resources/use/files.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Read a file of a file resource, whole or a range of it",
  query: fileQuery,
  givesBytes: true,
  run: async (ctx, { params, query, request }) =>
    serveBytes(
      request,
      await openFile(ctx, params.resource_id ?? "", query, request.signal),
      ctx.requestId,
    ),
});

export const PUT = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Write a file of a file resource, in the place of the one before",
  query: fileQuery,
  takesBytes: true,
  response: fileEntry,
  run: async (ctx, { params, query, request }) => {
    const mimeType = request.headers.get("content-type") ?? "application/octet-stream";
    const content = { bytes: await readBytes(request), mimeType };
    return writeFile(ctx, params.resource_id ?? "", query, content, request.signal);
  },
});

export const DELETE = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Remove a file, or an empty folder, of a file resource",
  query: fileQuery,
  response: deletedFile,
  run: async (ctx, { params, query, request }) => {
    await deleteFile(ctx, params.resource_id ?? "", query, request.signal);
    return { status: "deleted", path: query.path };
  },
});
