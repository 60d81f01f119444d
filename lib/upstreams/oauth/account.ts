import type { StoredOAuthTokens } from "@modelcontextprotocol/client";
import { decodeJwt } from "jose";
import type { upstreamTokens } from "#db/schema/upstreams.ts";
import type { AccountState } from "../schema.ts";

type Row = typeof upstreamTokens.$inferSelect;

const longestName = 200;

/**
 * What the authorization server calls the account, by the ID token that came with the access token;
 * for people to read and nothing else, so that its signature is not asked for.
 */
export function accountNameOf(tokens: StoredOAuthTokens): string | null {
  if (tokens.id_token === undefined) return null;
  try {
    const { email, preferred_username, name, sub } = decodeJwt(tokens.id_token);
    const given = [email, preferred_username, name, sub].find(
      (claim) => typeof claim === "string" && claim.trim() !== "",
    );
    if (typeof given !== "string") return null;
    return given
      .toWellFormed()
      .replaceAll(/\p{Cc}/gu, " ")
      .slice(0, longestName)
      .toWellFormed();
  } catch {
    return null;
  }
}

type State = Pick<Row, "sealed" | "failure" | "expiresAt" | "renewable">;

/** How an account stands; `expired` takes a person, `failed` may mend itself. */
export function accountStateOf(row: State | undefined): AccountState {
  if (!row) return "not_connected";
  if (row.failure === "ended") return "expired";
  if (row.failure === "failed") return "failed";
  if (row.sealed === null) return "not_connected";
  const isOver = row.expiresAt !== null && row.expiresAt.getTime() < Date.now();
  return isOver && !row.renewable ? "expired" : "connected";
}
