import { AppError } from "./errors.ts";

/** The entity tag (RFC 9110, section 8.8.3) of a document at that version. */
export function versionTag(version: number): string {
  return `"${version}"`;
}

/**
 * The version that a write is made on, as `If-Match` says it or else the body; undefined when
 * neither does. Throws `invalid_request` for a tag that is none of ours.
 */
export function baseVersionOf(
  ifMatch: string | null,
  inBody: number | null | undefined,
): number | undefined {
  if (ifMatch === null) return inBody ?? undefined;
  const version = /^"?([1-9]\d{0,9})"?$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) {
    throw new AppError("invalid_request", 'If-Match: send the ETag of what was read, such as "3".');
  }
  return Number(version);
}
