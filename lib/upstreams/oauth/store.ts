import type {
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { upstreamTokens } from "#db/schema/upstreams.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { seal, unseal } from "#lib/core/crypto.ts";
import { keyring } from "#lib/core/keyring.ts";
import type { Subject } from "../subject.ts";

/** Whose tokens, of which upstream of which tenant. */
export interface Account {
  tenantId: string;
  upstreamId: string;
  subject: Subject;
}

/** What is sealed once an authorization has ended. */
export interface Grant {
  client: StoredOAuthClientInformation;
  discovery: OAuthDiscoveryState;
  resource?: string;
  tokens: StoredOAuthTokens;
}

/** What is sealed while a person is at the authorization server. */
export interface Pending extends Omit<Grant, "tokens"> {
  nonce: string;
  /** Where the person comes back to; the code is exchanged under the same address. */
  redirect: string;
  verifier: string;
  /** Of the row when it began: an upstream that changed meanwhile takes no code. */
  revision: string;
}

/** Sealed for this one row: a value moved to another row does not open. */
function scopeOf({ tenantId, upstreamId, subject }: Account): string {
  return JSON.stringify(["upstream-tokens", tenantId, upstreamId, subject]);
}

export function sealFor(account: Account, value: Grant | Pending): string {
  return seal(keyring(), scopeOf(account), JSON.stringify(value));
}

export function openFor<T extends Grant | Pending>(account: Account, sealed: string): T {
  return JSON.parse(unseal(keyring(), scopeOf(account), sealed)) as T;
}

export function rowOf({ tenantId, upstreamId, subject }: Account) {
  return and(
    eq(upstreamTokens.tenantId, tenantId),
    eq(upstreamTokens.upstreamId, upstreamId),
    eq(upstreamTokens.subject, subject),
  );
}

/** The row of an account as it stands; undefined before anyone has begun to connect. */
export async function readTokens(account: Account) {
  const [row] = await withTenant(account.tenantId, (tx) =>
    tx.select().from(upstreamTokens).where(rowOf(account)),
  );
  return row;
}

export async function savePending(account: Account, pending: Pending, minutes: number) {
  const values = {
    pendingSealed: sealFor(account, pending),
    pendingUntil: sql`now() + make_interval(mins => ${minutes})`,
    updatedAt: sql`now()`,
  };
  await withTenant(account.tenantId, (tx) =>
    tx
      .insert(upstreamTokens)
      .values({ ...account, ...values })
      .onConflictDoUpdate({
        target: [upstreamTokens.tenantId, upstreamTokens.upstreamId, upstreamTokens.subject],
        set: values,
      }),
  );
}

/** The authorization that was begun with this nonce, once; null where there is none, or no more. */
export function takePending(account: Account, nonce: string): Promise<Pending | null> {
  return withTenant(account.tenantId, async (tx) => {
    const [row] = await tx
      .select({ sealed: upstreamTokens.pendingSealed })
      .from(upstreamTokens)
      .where(and(rowOf(account), sql`${upstreamTokens.pendingUntil} > now()`))
      .for("update");
    if (!row?.sealed) return null;
    const pending = openFor<Pending>(account, row.sealed);
    if (pending.nonce !== nonce) return null;
    await tx
      .update(upstreamTokens)
      .set({ pendingSealed: null, pendingUntil: null })
      .where(rowOf(account));
    return pending;
  });
}

function endOf({ expires_in }: StoredOAuthTokens): Date | null {
  return expires_in === undefined ? null : new Date(Date.now() + expires_in * 1_000);
}

/** Writes what an authorization gave; false where the account's row is gone. */
export async function saveGrant(tx: Tx, account: Account, grant: Grant): Promise<boolean> {
  const done = await tx
    .update(upstreamTokens)
    .set({
      sealed: sealFor(account, grant),
      expiresAt: endOf(grant.tokens),
      connectedAt: sql`now()`,
      refreshingUntil: null,
      updatedAt: sql`now()`,
    })
    .where(rowOf(account))
    .returning({ subject: upstreamTokens.subject });
  return done.length > 0;
}

/** Makes the caller the one process that refreshes these very tokens, for half a minute. */
export async function claimRefresh(account: Account, sealed: string): Promise<boolean> {
  const free = or(
    isNull(upstreamTokens.refreshingUntil),
    lt(upstreamTokens.refreshingUntil, sql`now()`),
  );
  const claimed = await withTenant(account.tenantId, (tx) =>
    tx
      .update(upstreamTokens)
      .set({ refreshingUntil: sql`now() + interval '30 seconds'` })
      .where(and(rowOf(account), eq(upstreamTokens.sealed, sealed), free))
      .returning({ subject: upstreamTokens.subject }),
  );
  return claimed.length > 0;
}

/** Ends a refresh of `sealed` with new tokens, with none (they are refused), or as it was. */
export async function endRefresh(
  account: Account,
  sealed: string,
  outcome: Grant | "refused" | "failed",
): Promise<void> {
  const free = { refreshingUntil: null, updatedAt: sql`now()` };
  const set =
    outcome === "failed"
      ? free
      : outcome === "refused"
        ? { ...free, sealed: null, expiresAt: null, connectedAt: null }
        : { ...free, sealed: sealFor(account, outcome), expiresAt: endOf(outcome.tokens) };
  await withTenant(account.tenantId, (tx) =>
    tx
      .update(upstreamTokens)
      .set(set)
      .where(and(rowOf(account), eq(upstreamTokens.sealed, sealed))),
  );
}
