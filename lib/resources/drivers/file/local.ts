import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  realpath,
  rename,
  rmdir,
  unlink,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, encodeCursor } from "#lib/core/page.ts";
import { below, etagOf, isMissing, nameOf, parentOf, placeOf, toEntry } from "./handles.ts";
import { mediaTypeOf } from "./media-type.ts";
import { stagedPrefix } from "./path.ts";
import type {
  FileBytes,
  FileEntry,
  FilePage,
  FilePageQuery,
  FileRange,
  FileStore,
} from "./store.ts";

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_WRONLY, O_CREAT, O_EXCL } = constants;
const mostInFolder = 100_000;
const mostAttempts = 5;

/** A file that is written beside its place and put there in one step. */
export interface StagedFile {
  /** Bytes more than what it replaces; ask while nobody else can write. */
  growth(): Promise<number>;
  place(): Promise<FileEntry>;
  /** Removes what was not placed, and the folders that were made for it. */
  discard(): Promise<void>;
}

export interface LocalStore extends FileStore {
  stage(path: string, bytes: Uint8Array): Promise<StagedFile>;
  /** Removes a file; its bytes. */
  remove(path: string): Promise<number>;
  /** Bytes of all files, for counting anew. */
  measure(): Promise<number>;
}

/**
 * The files below a folder of this server. What a link within it leads to outside of it is as if it
 * were not there; the folder itself is made when something is first written.
 */
export function localStore(root: string): LocalStore {
  async function realRoot(): Promise<string | null> {
    return realpath(root).catch((error: unknown) => {
      if (isMissing(error)) return null;
      throw error;
    });
  }

  /** Opens what is at a path and within the root; throws `not_found` for all else. */
  async function opened(path: string, flags: number): Promise<FileHandle> {
    const full = join(root, path);
    const handle = await open(full, flags | O_NOFOLLOW | O_NONBLOCK).catch((error: unknown) => {
      throw isMissing(error) ? notFound("file", path) : error;
    });
    try {
      const [at, base] = await Promise.all([placeOf(handle, full), realRoot()]);
      if (base === null || (at !== base && !at.startsWith(`${base}/`)))
        throw notFound("file", path);
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async function withFolder<T>(
    path: string,
    use: (handle: FileHandle, full: string) => Promise<T>,
  ) {
    const handle = await opened(path, O_RDONLY | O_DIRECTORY);
    try {
      return await use(handle, join(root, path));
    } finally {
      await handle.close();
    }
  }

  async function statOf(path: string): Promise<Stats | null> {
    try {
      return await withFolder(parentOf(path), async (handle, full) => {
        const stats = await lstat(await below(handle, full, nameOf(path)));
        return stats.isFile() || stats.isDirectory() ? stats : null;
      });
    } catch (error) {
      if (isMissing(error) || (error instanceof AppError && error.code === "not_found"))
        return null;
      throw error;
    }
  }

  async function namesIn(folder: string): Promise<string[]> {
    return withFolder(folder, async (handle, full) => {
      const names: string[] = [];
      for await (const entry of await opendir(await below(handle, full, ""))) {
        if (entry.name.startsWith(stagedPrefix) || !(entry.isFile() || entry.isDirectory()))
          continue;
        names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
        if (names.length > mostInFolder) {
          throw new AppError(
            "invalid_request",
            `The folder has more than ${mostInFolder} entries.`,
          );
        }
      }
      return names.sort((a, b) => (a < b ? -1 : 1));
    });
  }

  async function list(
    folder: string,
    { limit, cursor, isShown = () => true }: FilePageQuery,
  ): Promise<FilePage> {
    if (folder === "" && (await realRoot()) === null) return { entries: [], next_cursor: null };
    const [after = ""] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const pathOf = (name: string) => [folder, name.replace(/\/$/, "")].filter(Boolean).join("/");
    const names = (await namesIn(folder)).filter(
      (name) => name > after && isShown(pathOf(name), name.endsWith("/") ? "folder" : "file"),
    );
    const shown = names.slice(0, limit);
    const entries: FileEntry[] = [];
    for (const name of shown) {
      const stats = await statOf(pathOf(name));
      if (stats) entries.push(toEntry(pathOf(name), stats));
    }
    const last = shown.at(-1);
    return {
      entries,
      next_cursor: names.length > shown.length && last ? encodeCursor(last) : null,
    };
  }

  async function read(path: string, range: FileRange | null): Promise<FileBytes> {
    const handle = await opened(path, O_RDONLY);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw notFound("file", path);
      const start = range?.start ?? 0;
      const end = Math.min(range?.end ?? stats.size - 1, stats.size - 1);
      if (range && start >= stats.size) {
        throw new AppError("range_not_satisfiable", `"${path}" has ${stats.size} bytes.`);
      }
      const bytes = Buffer.alloc(Math.max(0, end - start + 1));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return {
        bytes: bytes.subarray(0, bytesRead),
        size: stats.size,
        mimeType: mediaTypeOf(path),
        etag: etagOf(stats),
        updatedAt: stats.mtime.toISOString(),
      };
    } finally {
      await handle.close();
    }
  }

  /** Removes folders that were made for a file that did not come, from the last one on, while empty. */
  async function removeEmpty(made: readonly string[], first: string | undefined): Promise<void> {
    try {
      for (const path of made.toReversed()) {
        await withFolder(parentOf(path), async (handle, full) => {
          await rmdir(await below(handle, full, nameOf(path)));
        });
      }
      if (first === undefined) return;
      for (let at = root; at !== dirname(first); at = dirname(at)) await rmdir(at);
    } catch {
      // It is in use by now, or gone.
    }
  }

  /**
   * Opens the folder that a file is to be in, making those that are missing, one below the other;
   * `undo` takes back what it made. A folder that goes meanwhile shows as a missing file.
   */
  async function folderFor(path: string) {
    const first = await mkdir(root, { recursive: true, mode: 0o700 });
    const made: string[] = [];
    const undo = () => removeEmpty(made, first);
    const isFound = async (place: string, otherwise: unknown) => {
      await lstat(place);
      throw otherwise;
    };
    let handle = await opened("", O_RDONLY | O_DIRECTORY).catch((error: unknown) =>
      isFound(root, error),
    );
    let at = "";
    try {
      for (const name of path.split("/").slice(0, -1)) {
        const place = await below(handle, join(root, at), name);
        at = at === "" ? name : `${at}/${name}`;
        const isNew = await mkdir(place, { mode: 0o700 }).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
            throw error;
          },
        );
        if (isNew) made.push(at);
        const message = `has "${at}", which is no folder here`;
        const refusal = new AppError("invalid_request", `/path ${message}`, {
          errors: [{ pointer: "/path", message }],
        });
        const next = await opened(at, O_RDONLY | O_DIRECTORY).catch(() => isFound(place, refusal));
        await handle.close();
        handle = next;
      }
      return { handle, undo };
    } catch (error) {
      await handle.close().catch(() => undefined);
      await undo();
      throw error;
    }
  }

  async function stage(path: string, bytes: Uint8Array): Promise<StagedFile> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await stageOnce(path, bytes);
      } catch (error) {
        // Another write that was given up may have taken the folder back, which was empty still.
        if (attempt === mostAttempts || !isMissing(error)) throw error;
      }
    }
  }

  async function stageOnce(path: string, bytes: Uint8Array): Promise<StagedFile> {
    const { handle: folder, undo } = await folderFor(path);
    const full = dirname(join(root, path));
    const staged = await below(folder, full, stagedPrefix + randomBytes(12).toString("hex"));
    const target = await below(folder, full, nameOf(path));
    let placed = false;
    const current = () =>
      lstat(target).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
    try {
      const file = await open(staged, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await unlink(staged).catch(() => undefined);
      await folder.close();
      await undo();
      throw error;
    }
    return {
      async growth() {
        const before = await current();
        if (before && !before.isFile()) {
          const message = "is a folder, or no file of this resource";
          throw new AppError("conflict", `"${path}" ${message}.`);
        }
        return bytes.byteLength - (before?.size ?? 0);
      },
      async place() {
        await rename(staged, target);
        placed = true;
        await folder.sync();
        return toEntry(path, await lstat(target));
      },
      async discard() {
        if (!placed) await unlink(staged).catch(() => undefined);
        await folder.close().catch(() => undefined);
        if (!placed) await undo();
      },
    };
  }

  async function remove(path: string): Promise<number> {
    return withFolder(parentOf(path), async (handle, full) => {
      const target = await below(handle, full, nameOf(path));
      const stats = await lstat(target).catch((error: unknown) => {
        throw isMissing(error) ? notFound("file", path) : error;
      });
      if (stats.isDirectory()) {
        await rmdir(target).catch(() => {
          throw new AppError("conflict", `"${path}" is a folder with files in it.`);
        });
        return 0;
      }
      if (!stats.isFile()) throw notFound("file", path);
      await unlink(target);
      return stats.size;
    });
  }

  async function measure(folder = ""): Promise<number> {
    if (folder === "" && (await realRoot()) === null) return 0;
    let bytes = 0;
    for (const name of await namesIn(folder)) {
      const path = [folder, name.replace(/\/$/, "")].filter(Boolean).join("/");
      bytes += name.endsWith("/") ? await measure(path) : ((await statOf(path))?.size ?? 0);
    }
    return bytes;
  }

  const find = async (path: string) => {
    const stats = await statOf(path);
    return stats && toEntry(path, stats);
  };
  return { list, read, find, stage, remove, measure };
}
