import { seal, unseal } from "#lib/core/crypto.ts";
import { AppError } from "#lib/core/errors.ts";
import { keyring } from "#lib/core/keyring.ts";
import { maskUrlPassword, secretMask } from "#lib/core/secrets.ts";

/** An address as it is stored: what everyone may read, and the whole of it sealed if it holds a password. */
export interface StoredAddress {
  shown: string;
  sealed: string | null;
}

/** True for `postgres://crm:[secret]@db`, as a read gives it; false for a path named `[secret]`. */
function hasMaskedPassword(address: string): boolean {
  const filled = address.replaceAll(secretMask, "x");
  return filled !== address && maskUrlPassword(filled) !== filled;
}

/** What is wrong with an address that no stored one reads as, or null. */
export function addressMistake(address: string): string | null {
  return hasMaskedPassword(address)
    ? `holds ${secretMask} in the place of its password; write the password itself`
    : null;
}

/**
 * Splits an address into what is shown and what is sealed. One given back as it was read keeps the
 * stored password; any other that holds the mask is refused, so that a password never travels to
 * another host unseen. Throws `invalid_request` at `pointer`.
 */
export function storeAddress(
  tenantId: string,
  address: string,
  current: StoredAddress | null,
  pointer: string,
): StoredAddress {
  if (current && address === current.shown) return current;
  const message = addressMistake(address);
  if (message !== null) {
    throw new AppError("invalid_request", `${pointer}: ${message}`, {
      errors: [{ pointer, message }],
    });
  }
  const shown = maskUrlPassword(address);
  return { shown, sealed: shown === address ? null : seal(keyring(), tenantId, address) };
}

/** The whole address, its password included: for the call that needs it, never to be shown. */
export function wholeAddress(tenantId: string, { shown, sealed }: StoredAddress): string {
  return sealed === null ? shown : unseal(keyring(), tenantId, sealed);
}
