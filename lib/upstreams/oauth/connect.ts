import { randomBytes } from "node:crypto";
import {
  auth,
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import { toAppError } from "../errors.ts";
import { type RegisteredUpstream, upstreamsOf } from "../registry.ts";
import type { UpstreamAuth, UpstreamTransport } from "../schema.ts";
import { change, checkId } from "../service.ts";
import { isPerUser, subjectOf } from "../subject.ts";
import { oauthFetch } from "./provider.ts";
import { authorizationMinutes, mintState, readState } from "./state.ts";
import { type Account, type Pending, saveGrant, savePending, takePending } from "./store.ts";

type OAuth = Extract<UpstreamAuth, { type: "oauth" }>;
type Http = Extract<UpstreamTransport, { type: "http" }>;

export interface OAuthUpstream extends RegisteredUpstream {
  auth: OAuth;
  transport: Http;
}

/** The tenant is in the address, so that each tenant has a redirect URI of its own. */
function redirectUri(origin: string, tenantId: string): string {
  return `${origin}/upstreams/oauth/callback?tenant_id=${encodeURIComponent(tenantId)}`;
}

/**
 * An upstream whose account the caller may connect or disconnect: the tenant's takes whoever may
 * write upstreams, one's own takes whoever may read them.
 */
export async function oauthUpstream(ctx: Ctx, upstreamId: string): Promise<OAuthUpstream> {
  authorize(ctx, "upstreams:read");
  checkId(upstreamId);
  const found = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  if (!found) throw notFound("upstream", upstreamId);
  if (!isPerUser(found)) authorize(ctx, "upstreams:write");
  const { auth: given, transport } = found;
  if (given.type === "oauth" && transport.type === "http") {
    return { ...found, auth: given, transport };
  }
  throw new AppError(
    "invalid_request",
    `The upstream "${upstreamId}" does not use OAuth. Set its auth to {"type": "oauth", …} first.`,
  );
}

export function accountOf(ctx: Ctx, upstream: RegisteredUpstream): Account {
  const { tenantId, upstreamId } = upstream;
  try {
    return { tenantId, upstreamId, subject: subjectOf(ctx, upstream) };
  } catch (error) {
    throw toAppError(error);
  }
}

/**
 * The browser that comes back must be signed in as who began. A key is in no browser: whoever holds
 * one could have another person connect an account of theirs to this tenant.
 */
function refuseMachines({ principal }: Ctx): void {
  if (principal.type === "member" || principal.type === "operator") return;
  throw new AppError(
    "forbidden",
    "Only a person who is signed in may connect an upstream: it ends in their browser.",
  );
}

interface Flow {
  redirect: string;
  client?: StoredOAuthClientInformation | undefined;
  discovery?: OAuthDiscoveryState | undefined;
  resource?: string | undefined;
  verifier?: string;
  address?: URL;
  tokens?: StoredOAuthTokens;
}

/** The official client's view of one authorization, all of which stays in `flow`. */
function flowProvider(upstream: OAuthUpstream, flow: Flow, state?: string): OAuthClientProvider {
  const { scopes } = upstream.auth;
  const { redirect } = flow;
  return {
    redirectUrl: redirect,
    clientMetadata: {
      client_name: "TauseStack",
      redirect_uris: [redirect],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
      ...(scopes !== undefined && { scope: scopes }),
    },
    ...(state !== undefined && { state: () => state }),
    clientInformation: () => flow.client,
    saveClientInformation: (client) => {
      flow.client = client;
    },
    discoveryState: () => flow.discovery,
    saveDiscoveryState: (discovery) => {
      flow.discovery = discovery;
    },
    saveResourceUrl: (resource) => {
      flow.resource = resource;
    },
    tokens: () => undefined,
    saveTokens: (tokens) => {
      flow.tokens = tokens;
    },
    saveCodeVerifier: (verifier) => {
      flow.verifier = verifier;
    },
    codeVerifier: () => flow.verifier ?? "",
    redirectToAuthorization: (address) => {
      flow.address = address;
    },
  };
}

async function givenClient(upstream: OAuthUpstream) {
  const { client_id, client_secret } = upstream.auth;
  if (client_id === undefined) return undefined;
  try {
    const secret = client_secret && (await secretValue(upstream.tenantId, client_secret, null));
    return { client_id, ...(secret && { client_secret: secret }) };
  } catch (error) {
    if (error instanceof SecretUnavailable) throw new AppError("invalid_request", error.message);
    throw error;
  }
}

/** What a call without a token is told of where to authorize (RFC 9728, section 5.1). */
async function challengeOf(url: string, fetchFn: typeof fetch) {
  const response = await fetchFn(url, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
  });
  await response.body?.cancel();
  return response.status === 401 ? extractWWWAuthenticateParams(response) : {};
}

function asFailure(upstreamId: string, doing: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message.slice(0, 300) : "no reason given";
  return new AppError(
    "upstream_failed",
    `The upstream "${upstreamId}" could not be ${doing}: ${reason}`,
    { cause: error },
  );
}

/**
 * Begins an authorization and gives the address at which the person grants it, good for ten minutes
 * and for one return of the same person to `origin`, our public address. Throws `forbidden`, `invalid_request`, `upstream_failed`.
 */
export async function connectUpstream(
  ctx: Ctx,
  upstreamId: string,
  origin: string,
): Promise<string> {
  const upstream = await oauthUpstream(ctx, upstreamId);
  refuseMachines(ctx);
  const account = accountOf(ctx, upstream);
  const nonce = randomBytes(16).toString("base64url");
  const until = Date.now() + authorizationMinutes * 60_000;
  const state = mintState({ ...account, principalId: ctx.principal.id, nonce, until });
  const redirect = redirectUri(origin, ctx.tenantId);
  const flow: Flow = { redirect, client: await givenClient(upstream) };
  const { url } = upstream.transport;
  try {
    const fetchFn = await oauthFetch(ctx.tenantId);
    const { resourceMetadataUrl, scope } = await challengeOf(url, fetchFn);
    const scopes = upstream.auth.scopes ?? scope;
    await auth(flowProvider(upstream, flow, state), {
      serverUrl: url,
      fetchFn,
      ...(resourceMetadataUrl && { resourceMetadataUrl }),
      ...(scopes !== undefined && { scope: scopes }),
    });
  } catch (error) {
    throw asFailure(upstreamId, "connected", error);
  }
  const { client, discovery, resource, verifier, address } = flow;
  if (!client || !discovery || !verifier || !address) throw new Error("No authorization was begun");
  if (address.protocol !== "https:" && address.protocol !== "http:") {
    throw new AppError("upstream_failed", "The server's authorization address is no web address.");
  }
  const { revision } = upstream;
  const pending: Pending = { nonce, redirect, verifier, client, discovery, revision };
  await savePending(account, resource ? { ...pending, resource } : pending, authorizationMinutes);
  await withTenant(ctx.tenantId, (tx) =>
    audit(tx, ctx, {
      action: "upstream.connect_begin",
      target: { type: "upstream", id: upstreamId },
      after: { subject: account.subject, issuer: discovery.authorizationServerUrl },
    }),
  );
  return address.href;
}

export interface CallbackQuery {
  state?: string | undefined;
  code?: string | undefined;
  iss?: string | undefined;
  error?: string | undefined;
}

const stale = () =>
  new AppError(
    "invalid_request",
    "This authorization is not one that you began here, has been used, or has expired. Connect the upstream again.",
  );

/** What went wrong at the authorization server, by its code alone: its texts are not ours to show. */
function refusal(error: string | undefined): AppError {
  const code = error !== undefined && /^[a-z_]{1,60}$/.test(error) ? error : "no code";
  return new AppError("upstream_failed", `The authorization was not granted (${code}).`);
}

/**
 * Ends the authorization with which a person comes back, once, and keeps its tokens. Gives the
 * upstream's id. Throws `invalid_request` for a state that is not theirs, and `upstream_failed`.
 */
export async function finishConnect(ctx: Ctx, query: CallbackQuery): Promise<string> {
  const state = readState(query.state ?? "");
  if (!state || state.tenantId !== ctx.tenantId || state.principalId !== ctx.principal.id) {
    throw stale();
  }
  const upstream = await oauthUpstream(ctx, state.upstreamId);
  refuseMachines(ctx);
  const account = accountOf(ctx, upstream);
  if (account.subject !== state.subject) throw stale();
  const pending = await takePending(account, state.nonce);
  if (!pending || pending.revision !== upstream.revision) throw stale();
  if (query.code === undefined) throw refusal(query.error);
  const { client, discovery, redirect, resource, verifier } = pending;
  const flow: Flow = { redirect, client, discovery, resource, verifier };
  try {
    await auth(flowProvider(upstream, flow), {
      serverUrl: upstream.transport.url,
      authorizationCode: query.code,
      ...(query.iss !== undefined && { iss: query.iss }),
      fetchFn: await oauthFetch(ctx.tenantId),
    });
  } catch (error) {
    throw asFailure(upstream.upstreamId, "connected", error);
  }
  const { tokens } = flow;
  if (!tokens) throw new Error("The authorization gave no tokens");
  const grant = { client, discovery, tokens, ...(resource !== undefined && { resource }) };
  await change(ctx, async (tx) => {
    if (!(await saveGrant(tx, account, grant))) throw stale();
    await audit(tx, ctx, {
      action: "upstream.connect",
      target: { type: "upstream", id: upstream.upstreamId },
      after: { subject: account.subject, issuer: discovery.authorizationServerUrl },
    });
  });
  return upstream.upstreamId;
}
