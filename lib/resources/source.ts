import { type ByteRange, spanOf } from "#lib/core/byte-range.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { EgressError, type EgressResponse, egressFetch } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { mimeType as mimeTypeSchema } from "#lib/core/icon-schema.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

const largestAnswer = 5 * 1024 * 1024;
const accept = "*/*";

/** What a source gave: all of it, or the part that was asked for. */
export interface Fetched {
  bytes: Uint8Array;
  mimeType: string | null;
  /** Of the whole, as far as the source says it. */
  size: number;
}

function failed(host: string, what: string, cause?: unknown): AppError {
  const detail = `The resource's source ${host} ${what}.`;
  return new AppError("upstream_failed", detail, cause === undefined ? {} : { cause });
}

/** A user name and password go in a header, as RFC 7617 has it: the guard calls no URL with them. */
function splitCredentials(address: string): { url: string; authorization: string | null } {
  const url = new URL(address);
  const { username, password } = url;
  if (username === "" && password === "") return { url: address, authorization: null };
  url.username = "";
  url.password = "";
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function parseAddress(address: string): { url: string; authorization: string | null } {
  try {
    return splitCredentials(address);
  } catch (cause) {
    throw new AppError(
      "upstream_failed",
      "The address that the resource is read from is not a valid URL. Register it again.",
      { cause },
    );
  }
}

/** Where a partial answer begins and how large the whole is (RFC 9110, section 14.4). */
function contentRange(answer: EgressResponse): { start: number; size: number } | null {
  const header = answer.headers.get("content-range") ?? "";
  const found = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/i.exec(header.trim());
  if (!found) return null;
  const start = Number(found[1]);
  const end = start + answer.body.byteLength;
  return { start, size: found[2] === "*" ? end : Number(found[2]) };
}

function toFetched(answer: EgressResponse, host: string, range: ByteRange | null): Fetched {
  const { body, status, headers } = answer;
  const type = mimeTypeSchema.safeParse(headers.get("content-type") ?? "");
  const mimeType = type.success ? type.data : null;
  if (status === 206 && range) {
    const part = contentRange(answer);
    if (part?.start !== range.start) throw failed(host, "answered another range than was asked");
    return { bytes: body, mimeType, size: part.size };
  }
  if (status === 416 && range) {
    const detail = `The range is not within what the resource's source ${host} has.`;
    throw new AppError("range_not_satisfiable", detail);
  }
  if (status < 200 || status > 299) throw failed(host, `answered with status ${status}`);
  if (!range) return { bytes: body, mimeType, size: body.byteLength };
  // A source that knows no ranges sends all of it.
  const { start, length } = spanOf(range, body.byteLength);
  return { bytes: body.subarray(start, start + length), mimeType, size: body.byteLength };
}

/**
 * Reads an address through the egress guard, with the tenant's policy. Throws `upstream_failed`
 * with what happened, and `range_not_satisfiable`.
 */
export async function fetchSource(
  ctx: Ctx,
  address: string,
  { range, signal }: { range: ByteRange | null; signal?: AbortSignal | undefined },
): Promise<Fetched> {
  const snapshot = await findSnapshot(ctx.tenantId);
  if (!snapshot) throw new AppError("unavailable", "The tenant is not there any more.");
  const { url, authorization } = parseAddress(address);
  const { host } = new URL(url);
  const headers: Record<string, string> = { accept, "x-request-id": ctx.requestId };
  if (authorization !== null) headers.authorization = authorization;
  if (range) {
    headers.range = `bytes=${range.start}-${range.end ?? ""}`;
    // A range of compressed bytes could not be decompressed.
    headers["accept-encoding"] = "identity";
  }
  const request = { headers, maxBytes: largestAnswer, ...(signal ? { signal } : {}) };
  const answer = await egressFetch(url, request, snapshot.egress).catch((error: unknown) => {
    if (!(error instanceof EgressError)) throw error;
    const hint = error.code === "egress_too_large" ? "; ask for a range, as in #bytes=0-65535" : "";
    throw failed(host, `could not be read: ${error.message}${hint}`, error);
  });
  return toFetched(answer, host, range);
}
