import type { Limits } from "../limits.ts";

/** A file, or what lies below a folder, as a list shows it. */
export interface FileEntry {
  /** From the resource's root, `/` between names; a folder's ends with `/`. */
  path: string;
  kind: "file" | "folder";
  /** Bytes; null for a folder. */
  size: number | null;
  updated_at: string | null;
  /** Changes with the bytes; null for a folder. */
  etag: string | null;
}

export interface FilePage {
  entries: FileEntry[];
  next_cursor: string | null;
}

/** Bytes that are read, all of them or from `start` to `end`, both included. */
export interface FileBytes {
  bytes: Uint8Array;
  /** Of the whole. */
  size: number;
  mimeType: string;
  etag: string;
  updatedAt: string;
}

export interface FileRange {
  start: number;
  end?: number | undefined;
}

/** Where files are kept: a folder of this server, or a bucket. Paths have been checked by `filePath`. */
export interface FileStore {
  list(folder: string, page: { limit: number; cursor?: string | undefined }): Promise<FilePage>;
  read(path: string, range: FileRange | null): Promise<FileBytes>;
  /** What is known of the file; null where there is none. */
  find(path: string): Promise<FileEntry | null>;
}

/** Whether a grant lets its holder at a path: whole names, so that `a` is not the beginning of `ab`. */
export function isWithin(limits: readonly Limits[], path: string): boolean {
  return limits.some(({ path_prefix: prefix }) => {
    if (prefix === undefined) return true;
    const folder = prefix.replace(/^\/+|\/+$/g, "");
    return folder === "" || path === folder || path.startsWith(`${folder}/`);
  });
}

/** Whether a folder leads to, or lies within, what a grant lets its holder at. */
export function leadsWithin(limits: readonly Limits[], folder: string): boolean {
  const bare = folder.replace(/\/$/, "");
  if (bare === "" || isWithin(limits, bare)) return true;
  return limits.some(({ path_prefix: prefix }) => {
    const target = prefix?.replace(/^\/+|\/+$/g, "") ?? "";
    return target.startsWith(`${bare}/`);
  });
}
