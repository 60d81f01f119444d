import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { EgressError } from "#lib/core/egress.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { DriverScope } from "../scope.ts";
import { parseBucketAddress } from "./bucket-address.ts";
import type { BucketConnection } from "./connection-schema.ts";
import { type ListPlace, openToken, sealToken } from "./list-cursor.ts";
import { filePath } from "./path.ts";
import { s3Client } from "./s3-client.ts";
import type {
  FileBytes,
  FileEntry,
  FilePage,
  FilePageQuery,
  FileRange,
  FileStore,
} from "./store.ts";

export interface BucketStore extends FileStore {
  write(path: string, bytes: Uint8Array, mimeType: string): Promise<FileEntry>;
  remove(path: string): Promise<void>;
  /** An address that needs no credential, for one method, one file and so many seconds. */
  link(path: string, method: "GET" | "PUT", seconds: number): Promise<URL>;
}

const bare = (etag: string | undefined) => (etag ?? "").replaceAll('"', "");

function toError(error: unknown, path: string): unknown {
  if (error instanceof EgressError) {
    return new AppError("upstream_failed", `The bucket cannot be reached: ${error.message}.`, {
      cause: error,
    });
  }
  if (!(error instanceof S3ServiceException)) return error;
  const status = error.$metadata.httpStatusCode;
  if (status === 404 || error.name === "NoSuchKey") return notFound("file", path);
  if (status === 416)
    return new AppError("range_not_satisfiable", `"${path}" is shorter than that.`);
  const said = error.message && error.message !== "UnknownError" ? `: ${error.message}` : "";
  return new AppError(
    "upstream_failed",
    `The bucket answered ${error.name} (${status ?? "no status"})${said}.`,
    { cause: error },
  );
}

async function told<T>(path: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw toError(error, path);
  });
}

/** The files below a prefix of a bucket: a key is the prefix and a checked path, and nothing else. */
export async function bucketStore(
  scope: DriverScope,
  connection: BucketConnection,
): Promise<BucketStore> {
  const { bucket, prefix } = parseBucketAddress(scope.address);
  const client = await s3Client(scope, connection);
  const at = (path: string) => ({ Bucket: bucket, Key: prefix + path });

  async function find(path: string): Promise<FileEntry | null> {
    try {
      const found = await told(path, client.send(new HeadObjectCommand(at(path))));
      const updated_at = found.LastModified?.toISOString() ?? null;
      return {
        path,
        kind: "file",
        size: found.ContentLength ?? 0,
        updated_at,
        etag: bare(found.ETag),
        mime_type: found.ContentType,
      };
    } catch (error) {
      if (error instanceof AppError && error.code === "not_found") return null;
      throw error;
    }
  }

  async function list(folder: string, page: FilePageQuery): Promise<FilePage> {
    const below = folder === "" ? prefix : `${prefix}${folder}/`;
    const place: ListPlace = [scope.tenantId, scope.resourceId, bucket, below];
    const answer = await told(
      folder,
      client.send(
        new ListObjectsV2Command({
          ...{ Bucket: bucket, Prefix: below, Delimiter: "/", MaxKeys: page.limit },
          ...(page.cursor === undefined
            ? {}
            : { ContinuationToken: openToken(place, page.cursor) }),
        }),
      ),
    );
    const inside = (key: string | undefined) =>
      key?.startsWith(below) ? key.slice(prefix.length) : "";
    const folders = (answer.CommonPrefixes ?? []).map(({ Prefix }) => inside(Prefix));
    const files = (answer.Contents ?? []).map((each) => ({ ...each, path: inside(each.Key) }));
    // A key that no path names cannot be asked for, and so is not shown.
    const entries: FileEntry[] = [
      ...folders
        .filter((path) => filePath.safeParse(path.replace(/\/$/, "")).success)
        .map((path) => ({
          path,
          kind: "folder" as const,
          size: null,
          updated_at: null,
          etag: null,
        })),
      ...files
        .filter(({ path }) => filePath.safeParse(path).success)
        .map(({ path, Size, LastModified, ETag }) => ({
          ...{ path, kind: "file" as const, size: Size ?? 0 },
          ...{ updated_at: LastModified?.toISOString() ?? null, etag: bare(ETag) },
        })),
    ];
    return {
      entries: entries
        .filter(({ path, kind }) => page.isShown?.(path.replace(/\/$/, ""), kind) ?? true)
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
      next_cursor:
        answer.NextContinuationToken === undefined
          ? null
          : sealToken(place, answer.NextContinuationToken),
    };
  }

  async function read(path: string, range: FileRange | null): Promise<FileBytes> {
    const Range = range && `bytes=${range.start}-${range.end ?? ""}`;
    const answer = await told(
      path,
      client.send(new GetObjectCommand({ ...at(path), ...(Range ? { Range } : {}) })),
    );
    const bytes = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
    const whole = /\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1];
    return {
      bytes,
      size: whole === undefined ? bytes.byteLength : Number(whole),
      mimeType: answer.ContentType ?? "application/octet-stream",
      etag: bare(answer.ETag),
      updatedAt: (answer.LastModified ?? new Date(0)).toISOString(),
    };
  }

  return {
    find,
    list,
    read,
    async write(path, bytes, mimeType) {
      const put = new PutObjectCommand({ ...at(path), Body: bytes, ContentType: mimeType });
      const { ETag } = await told(path, client.send(put));
      const updated_at = new Date().toISOString();
      return { path, kind: "file", size: bytes.byteLength, updated_at, etag: bare(ETag) };
    },
    async remove(path) {
      if (!(await find(path))) throw notFound("file", path);
      await told(path, client.send(new DeleteObjectCommand(at(path))));
    },
    async link(path, method, seconds) {
      const command =
        method === "GET" ? new GetObjectCommand(at(path)) : new PutObjectCommand(at(path));
      const signed = getSignedUrl(client as never, command as never, { expiresIn: seconds });
      return new URL(await signed);
    },
  };
}
