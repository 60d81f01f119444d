import { seal } from "#lib/core/crypto.ts";
import { AppError } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";
import { maskUrlPassword, secretMask } from "#lib/core/secrets.ts";

/** A URI as it is stored: what everyone may read, and the whole of it sealed if it holds a password. */
export interface StoredUri {
  uri: string;
  uriSealed: string | null;
}

/** True for `postgres://crm:[secret]@db`, as a read gives it; false for a path named `[secret]`. */
function hasMaskedPassword(uri: string): boolean {
  const filled = uri.replaceAll(secretMask, "x");
  return filled !== uri && maskUrlPassword(filled) !== filled;
}

/**
 * Splits a URI into what is shown and what is sealed. A URI given back as it was read keeps the
 * stored password; any other that holds the mask is refused, so that a password never travels to
 * another host unseen. Throws `invalid_request`.
 */
export function storeUri(tenantId: string, uri: string, current: StoredUri | null): StoredUri {
  if (current && uri === current.uri) return { uri: current.uri, uriSealed: current.uriSealed };
  if (hasMaskedPassword(uri)) {
    const message = `holds ${secretMask} in the place of its password; write the password itself`;
    throw new AppError("invalid_request", `/uri: ${message}`, {
      errors: [{ pointer: "/uri", message }],
    });
  }
  const shown = maskUrlPassword(uri);
  return { uri: shown, uriSealed: shown === uri ? null : seal(keyring(), tenantId, uri) };
}
