import { seal, sha256Hex, unseal } from "#lib/core/crypto.ts";
import { AppError } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";

/** The list that a cursor is of, and of no other: tenant, resource, bucket, folder. */
export type ListPlace = readonly [tenantId: string, resourceId: string, bucket: string, at: string];

const scopeOf = (place: ListPlace) => `files ${sha256Hex(JSON.stringify(place))}`;

/** A server's own token, which may name a file that is not the caller's to know of, as a cursor. */
export function sealToken(place: ListPlace, token: string): string {
  return seal(keyring(), scopeOf(place), token);
}

/** The token of a cursor that was given out for this very list; throws `invalid_request`. */
export function openToken(place: ListPlace, cursor: string): string {
  try {
    return unseal(keyring(), scopeOf(place), cursor);
  } catch (cause) {
    throw new AppError("invalid_request", "cursor: take it as the page before gave it.", {
      errors: [{ pointer: "/cursor", message: "is not a cursor of this folder" }],
      cause,
    });
  }
}
