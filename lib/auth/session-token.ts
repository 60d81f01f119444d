import { decode } from "next-auth/jwt";
import { derivedSecret } from "#lib/core/keyring.ts";
import { allPermissions } from "#lib/core/permissions.ts";
import { findSignedIn, principalOf } from "./accounts.ts";
import type { Identity } from "./identity.ts";

export const sessionCookie = "tausestack.session";

/** Where the pages lane puts the client's address; what a client sends there is overwritten. */
export const clientHeader = "x-tausestack-client";

/** Where the pages lane puts the path and query asked for; what a client sends there is overwritten. */
export const pathHeader = "x-tausestack-path";

export function sessionSecret(): string {
  return derivedSecret("session");
}

function cookieValue(header: string, name: string): string | null {
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/**
 * The session in a Cookie header → identity; null when absent, forged, old or ended. A member's is
 * bound to no tenant and has no permissions before `bindToTenant`.
 */
export async function identifySession(cookieHeader: string): Promise<Identity | null> {
  const token = cookieValue(cookieHeader, sessionCookie);
  if (!token) return null;
  const payload = await decode({ token, secret: sessionSecret() }).catch(() => null);
  const { sub, epoch } = payload ?? {};
  if (typeof sub !== "string" || typeof epoch !== "number") return null;
  const kind = payload?.kind === "user" ? "user" : "operator";
  const account = await findSignedIn({ kind, id: sub, epoch });
  if (!account) return null;
  return {
    principal: principalOf(account),
    permissions: new Set(kind === "operator" ? allPermissions : []),
    tenantId: null,
  };
}
