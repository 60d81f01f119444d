import { type Identity, tenantFor } from "#lib/auth/identity.ts";
import { identifyKey } from "#lib/auth/key-lookup.ts";
import { bindToTenant, findPlace } from "#lib/auth/members.ts";
import { identifySession } from "#lib/auth/session-token.ts";
import type { Ctx, TenantId } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { identifyAccessToken, looksLikeJwt } from "#lib/oauth/access-token.ts";
import { findSnapshot, type TenantSnapshot } from "#lib/tenants/snapshot.ts";
import { resourceOf } from "./oauth-metadata.ts";
import { isSameOrigin, publicUrl } from "./origin.ts";
import { countFailure } from "./rate-limit.ts";

function keyOf(request: Request): string | null {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const match = /^Bearer +(\S+)$/i.exec(authorization);
    if (!match?.[1]) {
      throw new AppError("invalid_credential", "Send `Authorization: Bearer <API key>`.");
    }
    return match[1];
  }
  return request.headers.get("x-api-key");
}

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** OAuth tokens are for the MCP endpoints, each for one of them. */
function identifyToken(token: string, request: Request): Promise<Identity> {
  const endpoint = resourceOf(request);
  if (!endpoint) {
    throw new AppError("invalid_credential", "OAuth tokens are for MCP endpoints. Use an API key.");
  }
  const issuer = publicUrl();
  return identifyAccessToken(token, { issuer, resource: issuer + endpoint.path });
}

/**
 * The request's verified credential: a key, an OAuth token or a person's session. Throws 401, and 429
 * for a wrong credential from an address, `ip`, that has sent too many of them.
 */
export async function identify(request: Request, ip: string | null): Promise<Identity> {
  try {
    return await verify(request);
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid_credential") await countFailure(ip);
    throw error;
  }
}

async function verify(request: Request): Promise<Identity> {
  const key = keyOf(request);
  if (key !== null) return looksLikeJwt(key) ? identifyToken(key, request) : identifyKey(key);
  const cookie = request.headers.get("cookie");
  const identity = cookie === null ? null : await identifySession(cookie);
  if (!identity) {
    throw new AppError(
      "unauthenticated",
      "Send an API key as `Authorization: Bearer <key>` or `X-API-Key: <key>`.",
    );
  }
  if (!safeMethods.has(request.method) && !isSameOrigin(request)) {
    throw new AppError("origin_not_allowed", "A session may only write from our own pages.");
  }
  return identity;
}

/** The tenant that a request names: by header, else by query; null when it names none. */
export function namedTenant(request: Request, query: URLSearchParams): string | null {
  return request.headers.get("x-tenant-id") ?? query.get("tenant_id");
}

/**
 * A person's credential bound to the tenant that they act for; others as they are. Throws 403 where
 * the person does not belong, or with `hideForeign` the 404 of a tenant that is missing.
 */
export async function bindPerson(
  identity: Identity,
  named: string | null,
  hideForeign: boolean,
): Promise<Identity> {
  const { principal } = identity;
  if (principal.type !== "member") return identity;
  const wanted = env().TAUSESTACK_MULTI_TENANT_MODE ? named : "default";
  if (hideForeign && wanted !== null && !(await findPlace(principal.id, wanted))) {
    throw notFound("tenant", wanted);
  }
  return bindToTenant(identity, wanted);
}

/** The tenant in effect and what is known of it; throws 403 or 404. */
export async function resolveTenant(
  identity: Identity,
  named: string | null,
): Promise<{ tenantId: TenantId; snapshot: TenantSnapshot }> {
  const wanted = env().TAUSESTACK_MULTI_TENANT_MODE ? named : null;
  const tenantId = tenantFor(identity, wanted);
  const snapshot = await findSnapshot(tenantId);
  if (!snapshot) throw notFound("tenant", tenantId);
  if (snapshot.tenant.status === "suspended" && identity.tenantId !== null) {
    throw new AppError("tenant_suspended", "The operator has suspended this tenant.");
  }
  return { tenantId, snapshot };
}

/** Rejects when the request's credential would no longer be admitted as `ctx` was; for streams. */
export async function stillAdmitted(request: Request, ctx: Ctx): Promise<void> {
  const identity = await identify(request, null);
  const { tenantId } = await resolveTenant(identity, ctx.tenantId);
  const { permissions } = identity;
  const same = tenantId === ctx.tenantId && identity.principal.id === ctx.principal.id;
  if (same && [...ctx.permissions].every((permission) => permissions.has(permission))) return;
  throw new AppError("invalid_credential", "The credential has changed.");
}
