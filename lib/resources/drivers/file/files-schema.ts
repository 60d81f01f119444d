import { z } from "zod";
import { filePath, folderPath } from "./path.ts";

export const fileListQuery = z.object({
  folder: folderPath.default(""),
  limit: z.coerce.number({ error: "must be a whole number" }).int().min(1).max(1000).default(100),
  cursor: z
    .string()
    .max(8192)
    .optional()
    .meta({ description: "`next_cursor` of the page before." }),
});

export const fileQuery = z.object({ path: filePath });

export const fileEntry = z
  .object({
    path: z.string().meta({ description: "From the resource's root; a folder's ends with /." }),
    kind: z.enum(["file", "folder"]),
    size: z.number().int().nullable(),
    updated_at: z.iso.datetime().nullable(),
    etag: z.string().nullable(),
  })
  .meta({ id: "FileEntry" });

export const filePage = z
  .object({ entries: z.array(fileEntry), next_cursor: z.string().nullable() })
  .meta({ id: "FilePage" });

export const deletedFile = z.object({ status: z.literal("deleted"), path: z.string() });

export const linkInput = z.strictObject({
  path: filePath,
  method: z.enum(["GET", "PUT"], { error: "must be GET or PUT" }).default("GET"),
  expires_seconds: z.number().int().min(1).max(3600).default(300),
});

export const fileLink = z
  .object({ url: z.string(), method: z.enum(["GET", "PUT"]), expires_at: z.iso.datetime() })
  .meta({ id: "FileLink" });
