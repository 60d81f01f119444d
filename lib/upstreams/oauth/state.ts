import { seal, unseal } from "#lib/core/crypto.ts";
import { keyring } from "#lib/core/keyring.ts";
import type { Account } from "./store.ts";

/** How long a person may take at the authorization server. */
export const authorizationMinutes = 10;

/** What the `state` parameter says; it is sealed, so that nobody reads or makes one. */
export interface AuthorizationState extends Account {
  principalId: string;
  nonce: string;
  /** Milliseconds since 1970. */
  until: number;
}

const scope = "upstream-oauth-state";

export function mintState(state: AuthorizationState): string {
  return seal(keyring(), scope, JSON.stringify(state));
}

/** Null for what we did not make, or what has expired. */
export function readState(text: string): AuthorizationState | null {
  try {
    const state = JSON.parse(unseal(keyring(), scope, text)) as AuthorizationState;
    return state.until > Date.now() ? state : null;
  } catch {
    return null;
  }
}
