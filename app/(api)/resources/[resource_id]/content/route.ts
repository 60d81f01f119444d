import { readBytes } from "#lib/http/body.ts";
import { route } from "#lib/http/route.ts";
import { serveBytes } from "#lib/http/serve-bytes.ts";
import { deleteContent, openContent, putContent } from "#lib/resources/contents.ts";
import { contentInfo, deletedResource } from "#lib/resources/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "resources:read",
  summary: "Read the bytes that are kept with a resource, whole or a range of them",
  givesBytes: true,
  run: async (ctx, { params, request }) => {
    const id = params.resource_id ?? "";
    const { info, read } = await openContent(ctx, id);
    const { mime_type, size, sha256, updated_at } = info;
    return serveBytes(
      request,
      { mimeType: mime_type, size, digest: sha256, updatedAt: updated_at, fileName: id, read },
      ctx.requestId,
    );
  },
});

export const PUT = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Keep bytes with a resource, of the type that Content-Type says",
  takesBytes: true,
  response: contentInfo,
  run: async (ctx, { params, request }) => {
    const mimeType = request.headers.get("content-type") ?? "application/octet-stream";
    return putContent(ctx, params.resource_id ?? "", { bytes: await readBytes(request), mimeType });
  },
});

export const DELETE = route({
  scope: "tenant",
  permission: "resources:write",
  summary: "Remove the bytes that are kept with a resource",
  response: deletedResource,
  run: async (ctx, { params }) => {
    await deleteContent(ctx, params.resource_id ?? "");
    return { status: "deleted", resource_id: params.resource_id };
  },
});
