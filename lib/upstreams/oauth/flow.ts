import {
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { AppError } from "#lib/core/errors.ts";
import { SecretUnavailable, secretValue } from "#lib/secrets/values.ts";
import type { OAuthUpstream } from "./account-upstream.ts";
import { clientMetadata } from "./client-document.ts";

export interface Flow {
  redirect: string;
  /** Where our client metadata document stands, if authorization servers can fetch it. */
  documentUrl?: string | undefined;
  client?: StoredOAuthClientInformation | undefined;
  discovery?: OAuthDiscoveryState | undefined;
  resource?: string | undefined;
  verifier?: string;
  address?: URL;
  tokens?: StoredOAuthTokens;
}

/** The official client's view of one authorization, all of which stays in `flow`. */
export function flowProvider(
  upstream: OAuthUpstream,
  flow: Flow,
  state?: string,
): OAuthClientProvider {
  const { scopes } = upstream.auth;
  const { redirect, documentUrl } = flow;
  return {
    redirectUrl: redirect,
    clientMetadata: clientMetadata(redirect, scopes),
    ...(documentUrl !== undefined && { clientMetadataUrl: documentUrl }),
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

export async function givenClient(upstream: OAuthUpstream) {
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
export async function challengeOf(url: string, fetchFn: typeof fetch) {
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

export function asFailure(upstreamId: string, doing: string, error: unknown): unknown {
  if (error instanceof AppError) return error;
  const reason = error instanceof Error ? error.message.slice(0, 300) : "no reason given";
  return new AppError(
    "upstream_failed",
    `The upstream "${upstreamId}" could not be ${doing}: ${reason}`,
    { cause: error },
  );
}
