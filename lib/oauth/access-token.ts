import { errors, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { type Identity, mintTenantId } from "#lib/auth/identity.ts";
import { sha256 } from "#lib/core/crypto.ts";
import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import { findGrant, holderOf } from "./grant-lookup.ts";
import { noteGrantUse } from "./grant-use.ts";
import { holderPermissions } from "./holder.ts";
import { isOAuthScope } from "./scopes.ts";
import { signingAlgorithm, signingKeySet } from "./signing-keys.ts";

/** What our authorization server says in an access token (RFC 9068, and two claims of ours). */
const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  exp: z.number(),
  client_id: z.string(),
  scope: z.string().default(""),
  tenant_id: z.string(),
  grant_id: z.string(),
});

type Claims = z.output<typeof claimsSchema>;

/** Tokens whose signature was found good, by hash: the check costs more than all else here. */
const verified = singleton(
  "accessTokens",
  () => new LRUCache<string, Claims>({ max: 10_000, ttl: 3600_000 }),
);

/** True for what is a JSON Web Token and none of our keys. */
export function looksLikeJwt(text: string): boolean {
  return /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(text);
}

function invalid(detail: string): AppError {
  return new AppError("invalid_credential", detail);
}

async function verify(token: string, issuer: string): Promise<Claims> {
  const hash = sha256(token).toString("hex");
  const known = verified.get(hash);
  if (known) return known;
  const { publicKeys } = await signingKeySet();
  const { payload } = await jwtVerify(
    token,
    ({ kid = "" }) => {
      const key = publicKeys.get(kid);
      if (!key) throw new errors.JWKSNoMatchingKey();
      return key;
    },
    { algorithms: [signingAlgorithm], typ: "at+jwt", issuer },
  ).catch((cause: unknown) => {
    if (cause instanceof errors.JWTExpired) throw invalid("The access token has expired.");
    if (cause instanceof errors.JOSEError) throw invalid("The access token is not one of ours.");
    throw cause;
  });
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) throw invalid("The access token is not one for an MCP endpoint.");
  verified.set(hash, claims.data);
  return claims.data;
}

/**
 * An OAuth access token → the identity that it stands for at `resource`, the public address of an MCP
 * endpoint: bound to the tenant of its grant, with the scopes in it that the person who consented
 * still has. Throws `invalid_credential` when it is forged, expired, revoked or for another resource.
 */
export async function identifyAccessToken(
  token: string,
  { issuer, resource }: { issuer: string; resource: string },
): Promise<Identity> {
  const claims = await verify(token, issuer);
  if (claims.iss !== issuer) throw invalid("The access token is not one of ours.");
  if (claims.exp * 1000 <= Date.now()) throw invalid("The access token has expired.");
  if (claims.aud !== resource) {
    throw invalid(`The access token is for ${claims.aud}, not for ${resource}.`);
  }
  const { tenant_id: tenantId, grant_id: grantId } = claims;
  const grant = await findGrant(tenantId, grantId);
  if (!grant || grant.client_id !== claims.client_id) {
    throw invalid("The application was disconnected. Connect it again.");
  }
  const may = await holderPermissions(holderOf(grant), tenantId);
  if (may.size === 0)
    throw invalid("The person who connected the application has left the tenant.");
  noteGrantUse(tenantId, grantId);
  const given = claims.scope.split(" ").filter((scope) => isOAuthScope(scope));
  return {
    principal: {
      type: "client",
      id: grantId,
      clientId: grant.client_id,
      clientName: grant.client_name,
      userId: grant.user_id,
    },
    permissions: new Set(given.filter((scope) => may.has(scope))),
    tenantId: mintTenantId(tenantId),
  };
}
