import { z } from "zod";
import { mimeType } from "#lib/core/icon-schema.ts";
import { fileListQuery } from "#lib/resources/drivers/file/files-schema.ts";
import { mediaTypeOf } from "#lib/resources/drivers/file/media-type.ts";
import { filePath } from "#lib/resources/drivers/file/path.ts";
import { deleteFile, listFiles, writeFile } from "#lib/resources/use/files.ts";
import { builtIn } from "./built-in.ts";

const of = {
  resource_id: z.string().min(1).max(200).describe("A folder or bucket of resource_list."),
};
const kinds = ["folder", "bucket"] as const;

export const fileTools = [
  builtIn({
    name: "resource_files",
    title: "List files",
    description:
      "Lists a folder of a file resource, a page at a time. A file is read by resource_read at resource://{resource_id}/{path}.",
    permission: "resources:read",
    use: { kinds, permissions: ["read"] },
    annotations: { readOnlyHint: true },
    input: fileListQuery.extend(of),
    run: (ctx, { resource_id, ...query }, signal) => listFiles(ctx, resource_id, query, signal),
  }),
  builtIn({
    name: "resource_write",
    title: "Write a file",
    description:
      "Writes a file of a file resource, or replaces it whole: `text`, or `base64` for what is no text.",
    permission: "resources:write",
    use: { kinds, permissions: ["write"] },
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    input: z
      .object({
        ...of,
        path: filePath,
        text: z.string().optional(),
        base64: z.base64("must be base64").optional(),
        mime_type: mimeType.optional().describe("Absent: by the file's name."),
      })
      .refine(({ text, base64 }) => (text === undefined) !== (base64 === undefined), {
        path: ["text"],
        message: "is needed, or base64 instead, not both",
      }),
    run(ctx, { resource_id, path, text, base64, mime_type }, signal) {
      const bytes = text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text);
      const content = { bytes, mimeType: mime_type ?? mediaTypeOf(path) };
      return writeFile(ctx, resource_id, { path }, content, signal);
    },
  }),
  builtIn({
    name: "resource_delete_file",
    title: "Delete a file",
    description: "Removes a file of a file resource, or a folder that is empty.",
    permission: "resources:write",
    use: { kinds, permissions: ["delete"] },
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    input: z.object({ ...of, path: filePath }),
    async run(ctx, { resource_id, path }, signal) {
      await deleteFile(ctx, resource_id, { path }, signal);
      return { status: "deleted", path };
    },
  }),
];
