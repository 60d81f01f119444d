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
import { accountNameOf } from "./account.ts";

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

function sealFor(account: Account, value: Grant | Pending): string {
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

/** Notes that an authorization has begun; what is connected stays until it ends. */
export async function savePending(tx: Tx, account: Account, pending: Pending, minutes: number) {
  const values = {
    pendingSealed: sealFor(account, pending),
    pendingUntil: sql`now() + make_interval(mins => ${minutes})`,
    updatedAt: sql`now()`,
  };
  await tx
    .insert(upstreamTokens)
    .values({ ...account, ...values })
    .onConflictDoUpdate({
      target: [upstreamTokens.tenantId, upstreamTokens.upstreamId, upstreamTokens.subject],
      set: values,
    });
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

/** The columns that a grant is kept in. */
function columnsOf(account: Account, grant: Grant) {
  const { tokens } = grant;
  return {
    ...{ sealed: sealFor(account, grant), expiresAt: endOf(tokens) },
    renewable: tokens.refresh_token !== undefined,
    ...{ failure: null, failureDetail: null, refreshingUntil: null, updatedAt: sql`now()` },
  };
}

/** Writes what an authorization gave; false where the account's row is gone. */
export async function saveGrant(
  tx: Tx,
  account: Account,
  grant: Grant,
  connectedBy: string | null,
): Promise<boolean> {
  const name = accountNameOf(grant.tokens);
  const done = await tx
    .update(upstreamTokens)
    .set({ ...columnsOf(account, grant), account: name, connectedBy, connectedAt: sql`now()` })
    .where(rowOf(account))
    .returning({ subject: upstreamTokens.subject });
  return done.length > 0;
}

/** Why an authorization that was begun gave no tokens; what is connected goes on. */
export async function saveConnectFailure(account: Account, detail: string): Promise<void> {
  const set = { failure: "failed" as const, failureDetail: detail, updatedAt: sql`now()` };
  await withTenant(account.tenantId, (tx) =>
    tx
      .update(upstreamTokens)
      .set(set)
      .where(and(rowOf(account), isNull(upstreamTokens.sealed))),
  );
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

/** What a refresh came to: new tokens, none any more, or the old ones until the next attempt. */
export type RefreshOutcome = { grant: Grant } | { failure: "ended" | "failed"; detail: string };

/** Ends a refresh of `sealed`. */
export async function endRefresh(
  account: Account,
  sealed: string,
  outcome: RefreshOutcome,
): Promise<void> {
  const none = { sealed: null, expiresAt: null, connectedAt: null, renewable: false };
  const set =
    "grant" in outcome
      ? columnsOf(account, outcome.grant)
      : {
          ...(outcome.failure === "ended" ? none : {}),
          ...{ failure: outcome.failure, failureDetail: outcome.detail },
          ...{ refreshingUntil: null, updatedAt: sql`now()` },
        };
  await withTenant(account.tenantId, (tx) =>
    tx
      .update(upstreamTokens)
      .set(set)
      .where(and(rowOf(account), eq(upstreamTokens.sealed, sealed))),
  );
}
