import { authorize } from "#lib/core/authorize.ts";
import { type ByteRange, spanOf } from "#lib/core/byte-range.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { accessOfCaller, accessTo, isVisible, permitsBytes, refusalOf } from "./access/access.ts";
import { type Access, waysTo } from "./access/engine.ts";
import { type CatalogResource, isDescribed, resourceCatalogOf } from "./catalog.ts";
import { loadBytes } from "./contents.ts";
import { type Found, findByUri } from "./find.ts";
import { type Body, bodyOf } from "./media.ts";
import { splitRange } from "./range.ts";
import type { Resource } from "./schema.ts";
import { type Fetched, fetchSource } from "./source.ts";
import { expandTemplate } from "./template.ts";
import { wholeAddress } from "./uri.ts";
import { usageOf } from "./usage.ts";
import { readDriverPlace } from "./use/driver-read.ts";
import { type DriverPlace, findDriverPlace, isReadablePlace } from "./use/driver-uri.ts";

/** MCP's resource contents; `size` is that of the whole, in bytes. */
export type ResourceContent = { uri: string; size: number } & Body;

export interface ReadOptions {
  /** Instead of a `#bytes=START-END` at the end of the URI. */
  range?: ByteRange;
  signal?: AbortSignal;
}

/** More than this in one answer would fill the context of whoever asked. */
const largestRead = 1024 * 1024;

/**
 * Whether there is a resource of that URI for the caller, and the caller may read it; what lies within
 * a database or a file resource need not be there yet.
 */
export async function isReadableUri(ctx: Ctx, uri: string): Promise<boolean> {
  authorize(ctx, "resources:read");
  const catalog = await resourceCatalogOf(ctx.tenantId);
  const found = findByUri(catalog, uri);
  if (found) return mayRead(found, await accessTo(ctx, found.entry.resource));
  const place = findDriverPlace(catalog, uri);
  return place !== null && isReadablePlace(ctx, place);
}

/**
 * Whether the caller may be told that a URI was updated: what may be read, and in a tenant where
 * nothing is granted anything, as also what has just been deleted. For a caller that lives longer
 * than a request: what it is by now is looked up anew.
 */
export async function mayHearOf(ctx: Ctx, uri: string): Promise<boolean> {
  const caller = { ...ctx };
  if ((await accessOfCaller(caller)) === null) return true;
  return isReadableUri(caller, uri);
}

function mayRead({ entry, path }: Found, access: Access): boolean {
  return isDescribed(entry) ? access.permissions.has("read") : permitsBytes(access, path);
}

/**
 * Throws `not_found` for what is not there for the caller, as is a path of a template that it was
 * not granted, and `forbidden` where the resource does not offer `read` or no grant lets it be read so.
 */
async function requireRead(ctx: Ctx, found: Found, uri: string): Promise<void> {
  const { resource } = found.entry;
  const access = await accessTo(ctx, resource);
  if (mayRead(found, access)) return;
  if (!isVisible(access)) throw notFound("resource", uri);
  if (found.path !== "" && waysTo(access, "read", { path: found.path }).length === 0) {
    if (access.permissions.has("read")) throw notFound("resource", uri);
  }
  throw refusalOf(resource.resource_id, access, "read");
}

/** Where the resource is read from: its source, or its own address where that can be fetched. */
function addressOf(ctx: Ctx, { entry, values }: Found): string | null {
  if (isDescribed(entry)) return null;
  return expandTemplate(wholeAddress(ctx.tenantId, entry.source ?? entry.uri), values);
}

function tooLarge(uri: string, size: number): AppError {
  return new AppError(
    "invalid_request",
    `"${uri}" has ${size} bytes, and at most ${largestRead} are read at a time. Ask for a range: ${uri}#bytes=0-${largestRead - 1}, the last byte included.`,
    { extra: { size } },
  );
}

/** The range that is read: an open one ends where one answer does. */
function boundedRange(range: ByteRange | null): ByteRange | null {
  if (!range) return null;
  const end = range.end ?? range.start + largestRead - 1;
  if (end - range.start < largestRead) return { start: range.start, end };
  throw new AppError(
    "invalid_request",
    `The range is larger than the ${largestRead} bytes that are read at a time. Ask for a smaller one.`,
  );
}

async function readKept(
  ctx: Ctx,
  { resource }: CatalogResource,
  kept: { size: number; sha256: string },
  range: ByteRange | null,
): Promise<Fetched> {
  const { size, sha256 } = kept;
  if (!range && size > largestRead) throw tooLarge(resource.uri, size);
  const span = range ? spanOf(range, size) : undefined;
  const bytes = await loadBytes(ctx, resource.resource_id, { span, sha256 });
  if (!bytes) throw new AppError("conflict", "The content has just changed. Read it again.");
  return { bytes, mimeType: resource.mime_type, size };
}

/** What another tenant is told of a resource that it was offered: nothing of how it is kept. */
function shownElsewhere({ name, title, type, uri, mime_type, description }: Resource) {
  return { name, title, type, uri, mime_type, description };
}

/** What the registry itself says of a resource that nothing can be read from. */
function describe(ctx: Ctx, { resource }: CatalogResource, range: ByteRange | null): Fetched {
  const told = ctx.principal.type === "offer" ? shownElsewhere(resource) : resource;
  const all = Buffer.from(JSON.stringify(told));
  const { start, length } = range ? spanOf(range, all.length) : { start: 0, length: all.length };
  const bytes = all.subarray(start, start + length);
  return { bytes, mimeType: "application/json", size: all.length };
}

async function load(
  ctx: Ctx,
  found: Found,
  uri: string,
  { range, signal }: { range: ByteRange | null; signal: AbortSignal | undefined },
): Promise<Fetched> {
  const { entry } = found;
  const { size, sha256, mime_type } = entry.resource;
  if (size !== null && sha256 !== null) return readKept(ctx, entry, { size, sha256 }, range);
  const address = addressOf(ctx, found);
  if (address === null) return describe(ctx, entry, range);
  const fetched = await fetchSource(ctx, address, { range, signal });
  if (fetched.bytes.byteLength > largestRead) throw tooLarge(uri, fetched.size);
  return { ...fetched, mimeType: mime_type ?? fetched.mimeType };
}

/** What lies within a database or a file resource; what may not be read there is as if not there. */
async function readWithin(
  ctx: Ctx,
  place: DriverPlace,
  { uri, range, signal }: { uri: string; range: ByteRange | null; signal: AbortSignal | undefined },
): Promise<ResourceContent[]> {
  const checkSize = (size: number) => {
    if (size > largestRead) throw tooLarge(uri, size);
  };
  try {
    const found = await readDriverPlace(ctx, place, { uri, range, checkSize, signal });
    return [{ uri, size: found.size, ...bodyOf(found.bytes, found.mimeType) }];
  } catch (error) {
    const isHidden =
      error instanceof AppError && (error.code === "forbidden" || error.code === "not_found");
    throw isHidden ? notFound("resource", uri) : error;
  }
}

/**
 * Reads a resource by its URI, as MCP's resources/read does: what is kept here, else what its
 * source gives, else what the registry says of it; what `resource://{resource_id}/…` names is looked
 * up within a database or a file resource. `#bytes=START-END` reads a range; without one at
 * most 1 MiB is read. Throws `not_found`, also for what was granted to others, `forbidden` where it
 * does not offer `read`, `invalid_request`, `range_not_satisfiable` and `upstream_failed`.
 */
export async function readResource(
  ctx: Ctx,
  uri: string,
  options: ReadOptions = {},
): Promise<ResourceContent[]> {
  authorize(ctx, "resources:read");
  const catalog = await resourceCatalogOf(ctx.tenantId);
  const asked = catalog.byUri.has(uri) ? { uri, range: null } : splitRange(uri);
  const found = findByUri(catalog, asked.uri);
  const place = found ? null : findDriverPlace(catalog, asked.uri);
  if (place) {
    const range = boundedRange(options.range ?? asked.range);
    return readWithin(ctx, place, { uri, range, signal: options.signal });
  }
  if (!found) throw notFound("resource", uri);
  await requireRead(ctx, found, uri);
  const startedAt = performance.now();
  try {
    const range = boundedRange(options.range ?? asked.range);
    const { signal } = options;
    const { bytes, mimeType, size } = await load(ctx, found, asked.uri, { range, signal });
    noteUsage(ctx, usageOf("read", startedAt, { bytes: bytes.byteLength }));
    return [{ uri, size, ...bodyOf(bytes, mimeType) }];
  } catch (error) {
    const errorCode = error instanceof AppError ? error.code : "internal";
    noteUsage(ctx, usageOf("read", startedAt, { errorCode, bytes: 0 }));
    throw error;
  }
}
