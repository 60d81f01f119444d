import { setTimeout as sleep } from "node:timers/promises";
import { OAuthError, OAuthErrorCode, refreshAuthorization } from "@modelcontextprotocol/client";
import { UpstreamError } from "../errors.ts";
import { accountPage } from "./pages.ts";
import {
  type Account,
  claimRefresh,
  endRefresh,
  type Grant,
  openFor,
  readTokens,
} from "./store.ts";

/** A call of an authorization server is short; what takes longer than the claim has lost it. */
export const oauthTimeoutMs = 10_000;

/** What is said where an account is not connected, or no more. */
export function notConnected(account: Account): UpstreamError {
  const { upstreamId, subject } = account;
  const whose = subject === "tenant" ? "Nobody has" : "You have not";
  return new UpstreamError(
    "unauthorized",
    `${whose} connected an account at the upstream "${upstreamId}", or the connection has ended. Connect it at ${accountPage(account)}.`,
  );
}

function isRefused(error: unknown): error is OAuthError {
  if (!(error instanceof OAuthError)) return false;
  const { code } = error;
  return (
    code === OAuthErrorCode.InvalidGrant ||
    code === OAuthErrorCode.InvalidClient ||
    code === OAuthErrorCode.UnauthorizedClient
  );
}

const upstreamSays = ({ upstreamId }: Account) => `The upstream "${upstreamId}": `;

async function refreshNow(account: Account, sealed: string, fetchFn: typeof fetch): Promise<void> {
  const grant = openFor<Grant>(account, sealed);
  const { client, discovery, resource, tokens } = grant;
  try {
    const metadata = discovery.authorizationServerMetadata;
    const fresh = await refreshAuthorization(discovery.authorizationServerUrl, {
      ...(metadata && { metadata }),
      clientInformation: client,
      refreshToken: tokens.refresh_token ?? "",
      ...(resource !== undefined && { resource: new URL(resource) }),
      fetchFn,
    });
    await endRefresh(account, sealed, { grant: { ...grant, tokens: { ...tokens, ...fresh } } });
  } catch (error) {
    if (isRefused(error)) {
      const detail = `The authorization server refused to renew the access token (${error.code}).`;
      await endRefresh(account, sealed, { failure: "ended", detail });
      throw notConnected(account);
    }
    const detail = "The authorization server did not renew the access token.";
    await endRefresh(account, sealed, { failure: "failed", detail });
    throw new UpstreamError("failed", `${upstreamSays(account)}${detail} Try again later.`, {
      cause: error,
    });
  }
}

/**
 * Tokens other than `sealed`, by refreshing them on one process alone: a refresh token that rotates
 * is good once. The other processes wait for what that one writes.
 */
export async function refreshTokens(
  account: Account,
  sealed: string,
  fetchFn: typeof fetch,
): Promise<void> {
  if (openFor<Grant>(account, sealed).tokens.refresh_token === undefined) {
    const detail = "The server takes the access token no more, and it cannot be renewed.";
    await endRefresh(account, sealed, { failure: "ended", detail });
    throw notConnected(account);
  }
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (await claimRefresh(account, sealed)) return refreshNow(account, sealed, fetchFn);
    const row = await readTokens(account);
    if (!row?.sealed) throw notConnected(account);
    if (row.sealed !== sealed) return;
    await sleep(150);
  }
  const detail = "The access token was not renewed in time. Try again.";
  throw new UpstreamError("failed", `${upstreamSays(account)}${detail}`);
}
