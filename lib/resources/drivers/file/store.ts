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
  /** Where the store knows it by itself. */
  mime_type?: string | undefined;
}

export interface FilePage {
  entries: FileEntry[];
  next_cursor: string | null;
}

/** A page of a folder: what is not shown is not counted, and no cursor tells of it. */
export interface FilePageQuery {
  limit: number;
  cursor?: string | undefined;
  isShown?: (path: string, kind: FileEntry["kind"]) => boolean;
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
  list(folder: string, page: FilePageQuery): Promise<FilePage>;
  read(path: string, range: FileRange | null): Promise<FileBytes>;
  /** What is known of the file; null where there is none. */
  find(path: string): Promise<FileEntry | null>;
}
