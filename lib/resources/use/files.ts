import { sql } from "drizzle-orm";
import type { z } from "zod";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { type Change, commitChanges } from "#lib/core/bus.ts";
import type { Span } from "#lib/core/byte-range.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { scopeOf } from "../access/access.ts";
import { withinNotice } from "../change.ts";
import { fileListQuery, fileQuery, linkInput } from "../drivers/file/files-schema.ts";
import { type LocalStore, localStore } from "../drivers/file/local.ts";
import { mediaTypeOf } from "../drivers/file/media-type.ts";
import { leadsTo, reaches } from "../drivers/file/reach.ts";
import { type BucketStore, bucketStore } from "../drivers/file/s3.ts";
import type { FileBytes, FileEntry, FilePage, FileRange } from "../drivers/file/store.ts";
import type { DriverScope } from "../drivers/scope.ts";
import type { Resource } from "../schema.ts";
import { driverUriOf } from "./driver-uri.ts";
import { resourceFolder } from "./folder-root.ts";
import { auditUse, metered } from "./meter.ts";
import { type Opened, withResource } from "./open.ts";

const kinds = ["folder", "bucket"] as const;

type Store = { kind: "folder"; store: LocalStore } | { kind: "bucket"; store: BucketStore };

/** Where the files of an opened resource are. */
export async function openStore(opened: Opened<"folder"> | Opened<"bucket">): Promise<Store> {
  if (opened.kind === "bucket") {
    return { kind: "bucket", store: await bucketStore(opened.scope, opened.connection) };
  }
  const { tenantId, address } = opened.scope;
  const snapshot = await findSnapshot(tenantId);
  if (!snapshot) throw notFound("tenant", tenantId);
  return {
    kind: "folder",
    store: localStore(resourceFolder(snapshot.tenant, address)),
  };
}

/** What no grant reaches is as if it were not there. */
function requireReach({ limits }: DriverScope, path: string): void {
  if (!reaches(limits, path)) throw notFound("file", path);
}

/** What lies in a folder of a file resource, a page at a time; needs `read`. */
export function listFiles(
  ctx: Ctx,
  id: string,
  raw: z.input<typeof fileListQuery>,
  signal?: AbortSignal,
): Promise<FilePage> {
  return metered(ctx, "file.list", async () => {
    authorize(ctx, scopeOf("read"));
    const { folder, ...page } = parse(fileListQuery, raw);
    return withResource(ctx, id, kinds, "read", signal, async (opened) => {
      const { limits } = opened.scope;
      if (!leadsTo(limits, folder)) throw notFound("folder", folder);
      const { store } = await openStore(opened);
      return store.list(folder, {
        ...page,
        isShown: (path, kind) =>
          kind === "folder" ? leadsTo(limits, path) : reaches(limits, path),
      });
    });
  });
}

async function readable<T>(
  ctx: Ctx,
  id: string,
  raw: { path: string },
  signal: AbortSignal | undefined,
  use: (store: Store["store"], path: string) => Promise<T>,
): Promise<T> {
  authorize(ctx, scopeOf("read"));
  const { path } = parse(fileQuery, raw);
  return withResource(ctx, id, kinds, "read", signal, async (opened) => {
    requireReach(opened.scope, path);
    return use((await openStore(opened)).store, path);
  });
}

/** A file's bytes, or a range of them; needs `read`. Throws `not_found`, `range_not_satisfiable`. */
export function readFile(
  ctx: Ctx,
  id: string,
  raw: { path: string },
  range: FileRange | null,
  signal?: AbortSignal,
): Promise<FileBytes> {
  const run = () => readable(ctx, id, raw, signal, (store, path) => store.read(path, range));
  return metered(ctx, "file.read", run, ({ bytes }) => bytes.byteLength);
}

/** A file that is about to be sent: `read` loads its bytes, or those of a span; needs `read`. */
export async function openFile(ctx: Ctx, id: string, raw: { path: string }, signal?: AbortSignal) {
  const found = await readable(ctx, id, raw, signal, (store, path) => store.find(path));
  if (found?.kind !== "file") throw notFound("file", raw.path);
  return {
    mimeType: found.mime_type ?? mediaTypeOf(found.path),
    size: found.size ?? 0,
    digest: found.etag ?? "",
    updatedAt: found.updated_at ?? new Date(0).toISOString(),
    fileName: found.path.slice(found.path.lastIndexOf("/") + 1),
    async read(span?: Span) {
      const range = span ? { start: span.start, end: span.start + span.length - 1 } : null;
      return (await readFile(ctx, id, raw, range, signal)).bytes;
    },
  };
}

/** Who listens to a file or to a folder above it is told, once the change is committed. */
function changeAt(ctx: Ctx, resource: Resource, path: string): Change {
  return withinNotice(ctx, "above", driverUriOf(resource, path));
}

const target = (id: string) => ({ type: "resource", id });

/** In one transaction that holds the tenant's storage: counted, audited and put in its place. */
async function placeLocally(
  ctx: Ctx,
  resource: Resource,
  store: LocalStore,
  path: string,
  bytes: Uint8Array,
) {
  const { resource_id: id } = resource;
  const staged = await store.stage(path, bytes);
  try {
    return await commitChanges(ctx, async (tx, tell) => {
      tell(changeAt(ctx, resource, path));
      await lockQuota(tx, ctx.tenantId, "storage_bytes");
      await tx.execute(sql`select move_storage(${ctx.tenantId}, ${await staged.growth()})`);
      const after = { path, size: bytes.byteLength };
      await audit(tx, ctx, { action: "resource.write_file", target: target(id), after });
      return staged.place();
    });
  } catch (error) {
    throw asLimitExceeded(error) ?? error;
  } finally {
    await staged.discard();
  }
}

/**
 * Writes a file, or replaces it in one step; needs `write`. Bytes of this server count against
 * `max_storage_mb`. Throws `not_found`, `conflict` for a folder of that name, and `limit_exceeded`.
 */
export function writeFile(
  ctx: Ctx,
  id: string,
  raw: { path: string },
  content: { bytes: Uint8Array; mimeType: string },
  signal?: AbortSignal,
): Promise<FileEntry> {
  const { bytes, mimeType } = content;
  const run = async () => {
    authorize(ctx, scopeOf("write"));
    const { path } = parse(fileQuery, raw);
    return withResource(ctx, id, kinds, "write", signal, async (opened) => {
      requireReach(opened.scope, path);
      const { kind, store } = await openStore(opened);
      if (kind === "folder") return placeLocally(ctx, opened.resource, store, path, bytes);
      const entry = await store.write(path, bytes, mimeType);
      const after = { path, size: bytes.byteLength };
      const change = changeAt(ctx, opened.resource, path);
      await auditUse(ctx, "resource.write_file", id, after, change);
      return entry;
    });
  };
  return metered(ctx, "file.write", run, () => bytes.byteLength);
}

/** Removes a file, or a folder that is empty; needs `delete`. Throws `not_found` and `conflict`. */
export function deleteFile(
  ctx: Ctx,
  id: string,
  raw: { path: string },
  signal?: AbortSignal,
): Promise<void> {
  return metered(ctx, "file.delete", async () => {
    authorize(ctx, scopeOf("delete"));
    const { path } = parse(fileQuery, raw);
    await withResource(ctx, id, kinds, "delete", signal, async (opened) => {
      requireReach(opened.scope, path);
      const { kind, store } = await openStore(opened);
      const change = changeAt(ctx, opened.resource, path);
      if (kind === "bucket") {
        await store.remove(path);
        await auditUse(ctx, "resource.delete_file", id, { path }, change);
        return;
      }
      await commitChanges(ctx, async (tx, tell) => {
        tell(change);
        await lockQuota(tx, ctx.tenantId, "storage_bytes");
        const freed = await store.remove(path);
        await tx.execute(sql`select move_storage(${ctx.tenantId}, ${-freed})`);
        await audit(tx, ctx, {
          action: "resource.delete_file",
          target: target(id),
          before: { path, size: freed },
        });
      });
    });
  });
}

/**
 * An address of the bucket's own that reads or writes one file without a credential until it expires,
 * an hour at most; needs `read`, or `write` for PUT. A folder of this server has none.
 */
export function linkFile(
  ctx: Ctx,
  id: string,
  raw: z.input<typeof linkInput>,
): Promise<{ url: string; method: "GET" | "PUT"; expires_at: string }> {
  return metered(ctx, "file.link", async () => {
    authorize(ctx, scopeOf("read"));
    const { path, method, expires_seconds } = parse(linkInput, raw);
    const permission = method === "GET" ? "read" : "write";
    const link = await withResource(ctx, id, kinds, permission, undefined, async (opened) => {
      requireReach(opened.scope, path);
      const { kind, store } = await openStore(opened);
      if (kind === "folder") {
        const detail =
          "Files of this server have no links. Read them at /resources/{resource_id}/files/content.";
        throw new AppError("invalid_request", detail);
      }
      const expires_at = new Date(Date.now() + expires_seconds * 1000).toISOString();
      const url = await store.link(path, method, expires_seconds);
      await auditUse(ctx, "resource.link_file", id, { path, method, expires_at });
      return { url, method, expires_at };
    });
    return { ...link, url: link.url.href };
  });
}
