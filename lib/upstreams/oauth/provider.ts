import type { AuthProvider } from "@modelcontextprotocol/client";
import { memberTopic } from "#lib/auth/members.ts";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { guardedFetch } from "#lib/core/egress.ts";
import { singleton } from "#lib/core/singleton.ts";
import { findSnapshot, tenantTopic } from "#lib/tenants/snapshot.ts";
import { UpstreamError } from "../errors.ts";
import { type RegisteredUpstream, upstreamTopic } from "../registry.ts";
import { subjectOf } from "../subject.ts";
import { notConnected, oauthTimeoutMs, refreshTokens } from "./refresh.ts";
import { type Account, type Grant, openFor, readTokens } from "./store.ts";

/** A token is renewed this long before it ends, so that none ends on its way. */
const longestMarginMs = 30_000;
/** How long a token that says no end, or a distant one, is used before its row is read again. */
const keepMs = 15_000;

interface Kept {
  sealed: string;
  token: string;
  until: number;
}

const kept = singleton("upstreams.tokens", () => new Map<string, Kept>());
const topics = new Set([upstreamTopic, memberTopic, tenantTopic]);
const running = singleton("upstreams.refreshes", () => new Map<string, Promise<void>>());

onChange((change) => {
  // A tenant or membership that ends takes its accounts along, without a word about each.
  if (change === "everything" || topics.has(change.topic)) kept.clear();
});

/** The guarded `fetch` with which a tenant's authorization servers are reached. */
export async function oauthFetch(tenantId: string): Promise<typeof fetch> {
  const snapshot = await findSnapshot(tenantId);
  if (!snapshot) throw new UpstreamError("unavailable", "The tenant is gone.");
  return guardedFetch(snapshot.egress, { timeoutMs: oauthTimeoutMs, maxBytes: 1024 * 1024 });
}

function keyOf({ tenantId, upstreamId, subject }: Account): string {
  return JSON.stringify([tenantId, upstreamId, subject]);
}

/** Within a process, all who find the same tokens at their end wait for one refresh. */
function refreshOnce(account: Account, sealed: string): Promise<void> {
  const key = keyOf(account);
  const already = running.get(key);
  if (already) return already;
  const refresh = oauthFetch(account.tenantId)
    .then((fetchFn) => refreshTokens(account, sealed, fetchFn))
    .finally(() => {
      running.delete(key);
      kept.delete(key);
    });
  running.set(key, refresh);
  return refresh;
}

/** Of tokens that live shortly it is a part, or each request would renew them. */
function marginOf({ expires_in }: Grant["tokens"]): number {
  return Math.min(longestMarginMs, ((expires_in ?? 0) * 1_000) / 4);
}

async function currentToken(account: Account): Promise<Kept> {
  const key = keyOf(account);
  const known = kept.get(key);
  if (known && known.until > Date.now()) return known;
  for (let refreshed = false; ; refreshed = true) {
    const row = await readTokens(account);
    if (!row?.sealed) throw notConnected(account);
    const ends = row.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const { tokens } = openFor<Grant>(account, row.sealed);
    const renewable = tokens.refresh_token !== undefined;
    const marginMs = marginOf(tokens);
    if (!refreshed && ends - marginMs < Date.now() && renewable) {
      await refreshOnce(account, row.sealed);
      continue;
    }
    const until = Math.min(Date.now() + keepMs, ends - marginMs);
    const found = { sealed: row.sealed, token: tokens.access_token, until };
    kept.set(key, found);
    return found;
  }
}

/**
 * What gives a connection its access token: the tenant's, or the caller's own. It never starts an
 * authorization; `token()` throws `UpstreamError` `unauthorized` where someone must connect first.
 */
export async function oauthProviderFor(
  ctx: Ctx,
  upstream: RegisteredUpstream,
): Promise<AuthProvider> {
  const { tenantId, upstreamId } = upstream;
  if (tenantId !== ctx.tenantId) throw new Error("The upstream is another tenant's");
  const account: Account = { tenantId, upstreamId, subject: subjectOf(ctx, upstream) };
  let last: Kept | undefined;
  return {
    async token() {
      last = await currentToken(account);
      return last.token;
    },
    // A server may refuse a token before its end: it is renewed, unless another call has done so.
    async onUnauthorized() {
      if (last) await refreshOnce(account, last.sealed);
    },
  };
}
