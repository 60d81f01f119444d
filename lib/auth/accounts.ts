import { hash, verify } from "@node-rs/argon2";
import { eq, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { operators, users } from "#db/schema/auth.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import { sha256 } from "#lib/core/crypto.ts";
import type { CallerCtx, Principal } from "#lib/core/ctx.ts";
import { singleton } from "#lib/core/singleton.ts";

/** Operators run the deployment; users are everybody else who signs in. */
export type AccountKind = "operator" | "user";

const tables = { operator: operators, user: users } satisfies Record<AccountKind, unknown>;
const accountTopic = "account";
const failuresBeforeLock = 5;
const firstLockMs = 60_000;
const longestLockMs = 3_600_000;

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane (the library's default algorithm). */
const argon = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Someone who is signed in, as the session carries it. */
export interface SignedIn {
  kind: AccountKind;
  id: string;
  email: string;
  epoch: number;
}

export type SignInResult =
  | { outcome: "ok"; account: SignedIn }
  | { outcome: "wrong" }
  | { outcome: "locked"; retryAfterSeconds: number };

/** What the password is asked for, as the audit log says it. */
type Purpose = "sign_in" | "confirm_password";

type Caller = Pick<CallerCtx, "requestId" | "ip">;
type Row = typeof operators.$inferSelect;

/** How an account is called where it acts outside of any tenant. */
export function principalOf({ kind, id, email }: Omit<SignedIn, "epoch">): Principal {
  return kind === "operator"
    ? { type: "operator", id, email }
    : { type: "member", id, email, role: null };
}

/** One spelling of an address, which is compared and stored. */
export function normalEmail(email: string): string {
  // PostgreSQL takes no U+0000 in text.
  return email.replaceAll("\0", "").trim().toLowerCase();
}

export function hashPassword(password: string): Promise<string> {
  return hash(password, argon);
}

/** The account of an address; undefined when there is none of that kind. */
export async function findAccount(
  tx: Tx,
  kind: AccountKind,
  email: string,
): Promise<Row | undefined> {
  const table = tables[kind];
  const [row] = await tx
    .select()
    .from(table)
    .where(eq(table.email, normalEmail(email)));
  return row;
}

interface Failures {
  failedSignIns: number;
  lockedUntil: Date | null;
}

/** What an attempt leaves behind. */
function afterAttempt(before: number, right: boolean): Failures & { lockMs: number } {
  const failures = right ? 0 : before + 1;
  const excess = failures - failuresBeforeLock;
  const lockMs = excess >= 0 ? Math.min(firstLockMs * 2 ** excess, longestLockMs) : 0;
  const lockedUntil = lockMs > 0 ? new Date(Date.now() + lockMs) : null;
  return { failedSignIns: failures, lockedUntil, lockMs };
}

let decoy: Promise<string> | undefined;

/** The failures of addresses that nobody has, which each process counts for itself. */
const strangers = singleton(
  "strangers",
  () => new LRUCache<string, Failures>({ max: 10_000, ttl: 24 * 3600_000 }),
);

/** An address that nobody has is locked like an account, or the lock would tell which exist. */
async function refuseStranger(email: string, password: string): Promise<SignInResult> {
  const key = sha256(normalEmail(email)).toString("base64");
  const lock = () => lockOf(strangers.get(key) ?? null);
  const locked = lock();
  if (locked) return locked;
  decoy ??= hashPassword("nobody has this password");
  await verify(await decoy, password);
  const lockedMeanwhile = lock();
  if (lockedMeanwhile) return lockedMeanwhile;
  strangers.set(key, afterAttempt(strangers.get(key)?.failedSignIns ?? 0, false));
  return { outcome: "wrong" };
}

/**
 * Checks an account's password. After five failures in a row the account is locked for a minute,
 * and twice as long at each further failure, up to an hour. An unknown address costs the same time
 * and is locked the same.
 */
export async function checkPassword(
  kind: AccountKind,
  caller: Caller,
  email: string,
  password: string,
  purpose: Purpose,
): Promise<SignInResult> {
  const row = await withPlatform((tx) => findAccount(tx, kind, email));
  if (!row) return refuseStranger(email, password);
  const locked = lockOf(row);
  if (locked) return locked;
  const right = await verify(row.passwordHash, password);
  return withPlatform((tx) => settle(tx, kind, caller, row.id, right, purpose));
}

function lockOf(row: Failures | null): Extract<SignInResult, { outcome: "locked" }> | null {
  const leftMs = (row?.lockedUntil?.getTime() ?? 0) - Date.now();
  return leftMs > 0 ? { outcome: "locked", retryAfterSeconds: Math.ceil(leftMs / 1000) } : null;
}

/** Counts the attempt under the row's lock, so that attempts at the same time are all counted. */
async function settle(
  tx: Tx,
  kind: AccountKind,
  caller: Caller,
  id: string,
  right: boolean,
  purpose: Purpose,
): Promise<SignInResult> {
  const table = tables[kind];
  const [row] = await tx.select().from(table).where(eq(table.id, id)).for("update");
  if (!row) return { outcome: "wrong" };
  const locked = lockOf(row);
  if (locked) return locked;
  const { lockMs, ...counted } = afterAttempt(row.failedSignIns, right);
  await tx
    .update(table)
    .set({
      ...counted,
      ...(right && purpose === "sign_in" ? { lastSignInAt: new Date() } : {}),
    })
    .where(eq(table.id, id));
  const account = { kind, id, email: row.email, epoch: row.sessionEpoch };
  const ctx: CallerCtx = { ...caller, principal: principalOf(account), permissions: new Set() };
  await auditPlatform(tx, ctx, {
    action: `${kind}.${purpose}${right ? "" : "_failed"}`,
    target: { type: kind, id },
    after: right ? null : { failures: counted.failedSignIns, locked_seconds: lockMs / 1000 },
  });
  return right ? { outcome: "ok", account } : { outcome: "wrong" };
}

interface Slot {
  account: Omit<SignedIn, "kind"> | null;
}

const cache = createCache<Slot>({
  name: "accounts",
  topic: accountTopic,
  maxEntries: 10_000,
  ttlMs: 1000,
  async load(key) {
    const [kind, id = ""] = key.split(" ") as [AccountKind, string?];
    const table = tables[kind];
    const [row] = await withPlatform((tx) => tx.select().from(table).where(eq(table.id, id)));
    return { account: row ? { id, email: row.email, epoch: row.sessionEpoch } : null };
  },
});

/** The account of a session; null when it is gone or its sessions were ended. */
export async function findSignedIn(session: Omit<SignedIn, "email">): Promise<SignedIn | null> {
  const { account } = await cache.get(`${session.kind} ${session.id}`);
  return account?.epoch === session.epoch ? { kind: session.kind, ...account } : null;
}

/** True while there is such an account, whatever became of its sessions. */
export async function hasAccount(kind: AccountKind, id: string): Promise<boolean> {
  return (await cache.get(`${kind} ${id}`)).account !== null;
}

/**
 * Gives an account a new password, unlocks it and ends its sessions everywhere when `tx` commits.
 * The caller audits in `tx`, and calls the answer's `announceHere` after the commit.
 */
export async function setPassword(
  tx: Tx,
  kind: AccountKind,
  id: string,
  passwordHash: string,
): Promise<{ announceHere(): void }> {
  const table = tables[kind];
  await tx
    .update(table)
    .set({
      passwordHash,
      failedSignIns: 0,
      lockedUntil: null,
      sessionEpoch: sql`${table.sessionEpoch} + 1`,
    })
    .where(eq(table.id, id));
  const change = { topic: accountTopic, key: `${kind} ${id}` };
  await announce(tx, change);
  return { announceHere: () => announceHere(change) };
}

/** Sets a new password, unlocks the account and ends its sessions everywhere. */
export async function changePassword(
  ctx: CallerCtx,
  kind: AccountKind,
  id: string,
  password: string,
): Promise<void> {
  const passwordHash = await hashPassword(password);
  const changed = await withPlatform(async (tx) => {
    await auditPlatform(tx, ctx, {
      action: `${kind}.change_password`,
      target: { type: kind, id },
    });
    return setPassword(tx, kind, id, passwordHash);
  });
  changed.announceHere();
}
