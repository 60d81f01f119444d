import { parseRangeHeader, type Span } from "#lib/core/byte-range.ts";
import { AppError } from "#lib/core/errors.ts";
import { toProblem } from "#lib/core/problem.ts";
import { Reply } from "./reply.ts";

/** Bytes that a client may ask for whole, in part, or only if they have changed. */
export interface Servable {
  mimeType: string;
  size: number;
  /** Changes with the bytes. */
  digest: string;
  updatedAt: string;
  fileName: string;
  read(span?: Span): Promise<Uint8Array>;
}

/** Whether an If-None-Match header names the tag: weak comparison (RFC 9110, section 13.1.2). */
function names(header: string | null, etag: string): boolean {
  if (header === null) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

/** RFC 8187, section 3.2: any name in a header of ASCII. */
function encodeName(name: string): string {
  const toHex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name).replaceAll(/['()*]/g, toHex);
}

/** Whoever uploaded them chose type and bytes: a browser must neither show nor run them here. */
function headersOf({ mimeType, updatedAt, fileName }: Servable, etag: string) {
  return {
    "content-type": mimeType,
    "content-disposition": `attachment; filename*=UTF-8''${encodeName(fileName)}`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-cache",
    "accept-ranges": "bytes",
    "last-modified": new Date(updatedAt).toUTCString(),
    etag,
  };
}

function unsatisfiable(error: AppError, size: number, requestId: string): Reply {
  return new Reply(toProblem(error, requestId), {
    status: error.status,
    headers: { "content-type": "application/problem+json", "content-range": `bytes */${size}` },
  });
}

/**
 * Answers a GET with bytes: 304 for a client that has them, 206 for one range of them, 416 for one
 * that is not within (RFC 9110, sections 13 and 14); several ranges get all of it.
 */
export async function serveBytes(
  request: Request,
  servable: Servable,
  requestId: string,
): Promise<Reply> {
  const etag = `"${servable.digest}"`;
  const headers = headersOf(servable, etag);
  if (names(request.headers.get("if-none-match"), etag)) {
    return new Reply(null, { status: 304, headers });
  }
  const ifRange = request.headers.get("if-range");
  const current = ifRange === null || ifRange.trim() === etag;
  try {
    const { size } = servable;
    const span = current ? parseRangeHeader(request.headers.get("range"), size) : null;
    if (!span) return new Reply(await servable.read(), { headers });
    const part = `bytes ${span.start}-${span.start + span.length - 1}/${size}`;
    const body = await servable.read(span);
    return new Reply(body, { status: 206, headers: { ...headers, "content-range": part } });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "range_not_satisfiable") throw error;
    return unsatisfiable(error, servable.size, requestId);
  }
}
