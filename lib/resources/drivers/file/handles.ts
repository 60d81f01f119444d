import type { Stats } from "node:fs";
import { type FileHandle, lstat, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { notFound } from "#lib/core/errors.ts";
import type { FileEntry } from "./store.ts";

/** Whether an error says that there is nothing of that name, or nothing that may be followed. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG";
}

export const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf("/")));
export const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);

export function etagOf({ mtimeMs, size, ino }: Stats): string {
  return `${ino.toString(36)}-${Math.trunc(mtimeMs * 1000).toString(36)}-${size.toString(36)}`;
}

/** A file or folder as lists tell it. */
export function toEntry(path: string, stats: Stats): FileEntry {
  if (stats.isDirectory()) {
    return { path: `${path}/`, kind: "folder", size: null, updated_at: null, etag: null };
  }
  const updated_at = stats.mtime.toISOString();
  return { path, kind: "file", size: stats.size, updated_at, etag: etagOf(stats) };
}

/**
 * Where an open file or folder really is. On Linux the kernel says it of the descriptor itself, so
 * that no link that is put in its way between a look and the use leads anywhere else.
 */
export async function placeOf(handle: FileHandle, path: string): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`);
  } catch {
    const [now, opened] = await Promise.all([lstat(await realpath(path)), handle.stat()]);
    if (now.ino !== opened.ino || now.dev !== opened.dev) throw notFound("file", path);
    return realpath(path);
  }
}

/** Below a folder that is open, by its descriptor where the system has such paths. */
export async function below(handle: FileHandle, path: string, name: string): Promise<string> {
  const byDescriptor = `/proc/self/fd/${handle.fd}`;
  const known = await lstat(byDescriptor).catch(() => null);
  return join(known ? byDescriptor : path, name);
}
