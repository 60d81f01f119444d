import type { EventEmitter } from "node:events";
import { type Configuration, errors, interactionPolicy, Provider } from "oidc-provider";
import { guardedFetch } from "#lib/core/egress.ts";
import { env } from "#lib/core/env.ts";
import { derivedSecret } from "#lib/core/keyring.ts";
import { log } from "#lib/core/log.ts";
import { createAdapter } from "./adapter.ts";
import { fitClientMetadata } from "./client-metadata.ts";
import { findAnyGrant } from "./grants.ts";
import { holderPermissions } from "./holder.ts";
import { consentPath, interactionCookie, noteClient } from "./interaction.ts";
import { parseResource } from "./resource.ts";
import { oauthScopes, withDefaultScopes } from "./scopes.ts";
import { type KeySet, signingAlgorithm, signingKeySet } from "./signing-keys.ts";

const day = 24 * 3600;
const interactionSeconds = 1800;

export interface ProviderOptions {
  /** The deployment's public address, without a trailing slash. */
  issuer: string;
  /** Whether the caller of the request in hand may make us fetch its metadata document. */
  mayFetch(request: object): Promise<boolean>;
  /** A page that tells a person what went wrong. */
  errorPage(error: string, description: string | undefined): string;
}

const endpoints = {
  authorization: "/oauth/authorize",
  token: "/oauth/token",
  jwks: "/oauth/jwks",
  registration: "/oauth/register",
  revocation: "/oauth/revoke",
};

/** Each request is consented to anew: whoever uses the client's id has no grant of another. */
function consentAlways() {
  const policy = interactionPolicy.base();
  const { Check } = interactionPolicy;
  const consent = policy.get("consent");
  consent?.checks.clear();
  consent?.checks.add(
    new Check("consent_missing", "consent is required", "consent_required", (ctx) =>
      ctx.oidc.result?.consent ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
    ),
  );
  return policy;
}

/** The document of a client whose id is its address, through the egress guard. */
function fetchDocument(): NonNullable<Configuration["fetch"]> {
  const fetchGuarded = guardedFetch(env().TAUSESTACK_EGRESS_ALLOW, {
    timeoutMs: 5000,
    maxBytes: 64 * 1024,
  });
  return (url, { method = "GET", headers, signal } = {}) =>
    fetchGuarded(url, {
      method,
      redirect: "error",
      ...(headers ? { headers } : {}),
      ...(signal ? { signal } : {}),
    });
}

function configurationOf(options: ProviderOptions, keys: KeySet): Configuration {
  const { issuer } = options;
  return {
    adapter: createAdapter,
    jwks: { keys: keys.jwks },
    cookies: {
      keys: [derivedSecret("oauth-cookies")],
      names: {
        session: "tausestack.oauth",
        interaction: interactionCookie,
        resume: "tausestack.oauth_resume",
      },
    },
    routes: endpoints,
    responseTypes: ["code"],
    pkce: { required: () => true },
    scopes: ["openid", "offline_access", ...oauthScopes],
    claims: { openid: ["sub"] },
    clientAuthMethods: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
    clientDefaults: {
      grant_types: ["authorization_code", "refresh_token"],
      id_token_signed_response_alg: signingAlgorithm,
    },
    enabledJWA: { idTokenSigningAlgValues: [signingAlgorithm] },
    // Named only so that each client passes through the validator before anything reads it.
    extraClientMetadata: {
      properties: ["software_id"],
      validator: (_ctx, _key, _value, metadata) => fitClientMetadata(metadata),
    },
    // No cookie is read where browsers of other origins may call.
    clientBasedCORS: () => true,
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      revocation: { enabled: true },
      registration: {
        enabled: env().TAUSESTACK_OAUTH_REGISTRATION,
        issueRegistrationAccessToken: false,
      },
      clientIdMetadataDocument: {
        enabled: true,
        ack: "draft-02",
        allowFetch: (ctx) => options.mayFetch(ctx.req),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, _client, oneOf) => oneOf ?? `${issuer}/mcp`,
        useGrantedResource: () => true,
        getResourceServerInfo(ctx, indicator) {
          const asked = ctx.oidc.params?.resource;
          const resource = parseResource(indicator, issuer);
          if (!resource || (Array.isArray(asked) && asked.length > 1)) {
            throw new errors.InvalidTarget("resource must be one MCP endpoint of this server");
          }
          return {
            scope: oauthScopes.join(" "),
            audience: issuer + resource.path,
            accessTokenFormat: "jwt",
            accessTokenTTL: env().TAUSESTACK_OAUTH_ACCESS_TOKEN_SECONDS,
            jwt: { sign: { alg: signingAlgorithm, kid: keys.currentKeyId } },
          };
        },
      },
    },
    async extraTokenClaims(_ctx, token) {
      const grant = "grantId" in token && token.grantId ? await findAnyGrant(token.grantId) : null;
      return grant ? { tenant_id: grant.tenantId, grant_id: grant.grantId } : undefined;
    },
    async findAccount(_ctx, accountId, token) {
      if (token && "grantId" in token && token.grantId) {
        const grant = await findAnyGrant(token.grantId);
        if (!grant) return undefined;
        const holder = { type: grant.userType, id: grant.userId, since: grant.createdAt };
        const may = await holderPermissions(holder, grant.tenantId);
        if (may.size === 0) return undefined;
      }
      return { accountId, claims: () => ({ sub: accountId }) };
    },
    loadExistingGrant(ctx) {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId ? ctx.oidc.provider.Grant.find(grantId) : undefined;
    },
    // Sessions are none of a token's business: the grant is what ends it.
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    ttl: {
      AccessToken: env().TAUSESTACK_OAUTH_ACCESS_TOKEN_SECONDS,
      AuthorizationCode: 60,
      Grant: 180 * day,
      IdToken: 600,
      Interaction: interactionSeconds,
      RefreshToken: 30 * day,
      Session: 600,
    },
    interactions: {
      policy: consentAlways(),
      async url(ctx, { uid }) {
        const { clientId, clientName, clientUri, logoUri } = ctx.oidc.client ?? {};
        const said = { client_name: clientName, client_uri: clientUri, logo_uri: logoUri };
        await noteClient(uid, { client_id: clientId ?? "", ...said }, interactionSeconds);
        return consentPath(uid);
      },
    },
    renderError(ctx, out) {
      ctx.type = "html";
      ctx.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
      ctx.body = options.errorPage(out.error, out.error_description);
    },
    fetch: fetchDocument(),
  };
}

let built: { version: string; provider: Provider } | undefined;

/** The authorization server on this process; it is made anew when the signing keys change. */
export async function oauthProvider(options: ProviderOptions): Promise<Provider> {
  const keys = await signingKeySet();
  if (built?.version === keys.version) return built.provider;
  const provider = new Provider(options.issuer, configurationOf(options, keys));
  // The lane says what address the client used; nothing that a client sends is believed.
  provider.proxy = true;
  provider.use((ctx, next) => {
    const { scope } = ctx.query;
    if (ctx.path === endpoints.authorization && !Array.isArray(scope)) {
      ctx.query = { ...ctx.query, scope: withDefaultScopes(scope) };
    }
    return next();
  });
  provider.on("server_error", (_ctx, err) => log.error({ err }, "the authorization server failed"));
  (provider as EventEmitter).on("error", (err) =>
    log.error({ err }, "the authorization server failed"),
  );
  built = { version: keys.version, provider };
  return provider;
}
