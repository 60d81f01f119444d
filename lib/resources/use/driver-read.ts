import { type ByteRange, spanOf } from "#lib/core/byte-range.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { Fetched } from "../source.ts";
import { browseResource, describeResourceTable } from "./database.ts";
import { type DriverPlace, driverUriOf } from "./driver-uri.ts";
import { listFiles, openFile } from "./files.ts";

interface DriverRead {
  uri: string;
  range: ByteRange | null;
  /** Throws for a file of that many bytes, where no range is asked for and it is too large. */
  checkSize(size: number): void;
  signal: AbortSignal | undefined;
}

const mostEntries = 1_000;

function asJson(value: unknown, range: ByteRange | null): Fetched {
  const all = Buffer.from(JSON.stringify(value));
  const { start, length } = range ? spanOf(range, all.length) : { start: 0, length: all.length };
  const bytes = all.subarray(start, start + length);
  return { bytes, mimeType: "application/json", size: all.length };
}

async function readSchema(ctx: Ctx, { entry, path }: DriverPlace, { uri, signal }: DriverRead) {
  const { resource } = entry;
  const [schema, table, ...more] = path;
  if (more.length > 0) throw notFound("resource", uri);
  if (schema !== undefined && table !== undefined) {
    return describeResourceTable(ctx, resource.resource_id, { schema, table }, signal);
  }
  const found = await browseResource(ctx, resource.resource_id, schema ?? null, signal);
  const tables = found.tables.map((each) => ({
    ...each,
    uri: driverUriOf(resource, `${each.schema}/${each.name}`),
  }));
  return { ...found, tables };
}

async function readFolder(ctx: Ctx, { entry, path }: DriverPlace, signal: AbortSignal | undefined) {
  const { resource } = entry;
  const query = { folder: path.join("/"), limit: mostEntries };
  const { entries, next_cursor } = await listFiles(ctx, resource.resource_id, query, signal);
  return {
    entries: entries.map((each) => ({ ...each, uri: driverUriOf(resource, each.path) })),
    next_cursor,
  };
}

/**
 * Reads what lies within a database or a file resource: an overview as JSON, or a file's bytes. The
 * verbs that it goes through ask for `read`, hold to the grants and meter it.
 */
export async function readDriverPlace(
  ctx: Ctx,
  place: DriverPlace,
  read: DriverRead,
): Promise<Fetched> {
  const { range, signal } = read;
  if (place.kind === "database") return asJson(await readSchema(ctx, place, read), range);
  if (place.isFolder) return asJson(await readFolder(ctx, place, signal), range);
  const id = place.entry.resource.resource_id;
  const file = await openFile(ctx, id, { path: place.path.join("/") }, signal);
  if (!range) read.checkSize(file.size);
  const bytes = await file.read(range ? spanOf(range, file.size) : undefined);
  return { bytes, mimeType: file.mimeType, size: file.size };
}

/** What somebody is about to write may not be there, or be no path yet. */
function noneIfMissing(error: unknown): string[] {
  const isMissing =
    error instanceof AppError && (error.code === "not_found" || error.code === "invalid_request");
  if (isMissing) return [];
  throw error;
}

/** Names of schemas, tables or files that a variable of the resource's template may have. */
export async function namesAt(
  ctx: Ctx,
  { entry, kind }: DriverPlace,
  argument: string,
  prefix: string,
  context: Readonly<Record<string, string>>,
): Promise<string[]> {
  const id = entry.resource.resource_id;
  if (kind !== "database") {
    if (argument !== "path") return [];
    const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
    return listFiles(ctx, id, { folder, limit: mostEntries }).then(
      ({ entries }) => entries.map(({ path }) => path),
      noneIfMissing,
    );
  }
  const within = argument === "table" ? (context.schema ?? null) : null;
  return browseResource(ctx, id, within).then(({ schemas, tables }) => {
    if (argument === "schema") return schemas;
    return argument === "table" ? [...new Set(tables.map(({ name }) => name))] : [];
  }, noneIfMissing);
}
