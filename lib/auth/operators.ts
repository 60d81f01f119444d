import { hash, verify } from "@node-rs/argon2";
import { eq, sql } from "drizzle-orm";
import { operators } from "#db/schema/auth.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { auditPlatform } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import { createCache } from "#lib/core/cache.ts";
import type { CallerCtx, PlatformCtx } from "#lib/core/ctx.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { allPermissions } from "#lib/core/permissions.ts";
import type { Identity } from "./identity.ts";
import { systemCtx } from "./identity.ts";

const operatorTopic = "operator";
const failuresBeforeLock = 5;
const firstLockMs = 60_000;
const longestLockMs = 3_600_000;

/** OWASP's minimum for argon2id: 19 MiB, two passes, one lane (the library's default algorithm). */
const argon = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Someone who is signed in, as the session carries it. */
export interface SignedIn {
  operatorId: string;
  email: string;
  epoch: number;
}

export type SignInResult =
  | { outcome: "ok"; operator: SignedIn }
  | { outcome: "wrong" }
  | { outcome: "locked"; retryAfterSeconds: number };

/** What the password is asked for, as the audit log says it. */
type Purpose = "sign_in" | "confirm_password";

type Row = typeof operators.$inferSelect;

function signedIn(row: Row): SignedIn {
  return { operatorId: row.operatorId, email: row.email, epoch: row.sessionEpoch };
}

function normalEmail(email: string): string {
  // PostgreSQL takes no U+0000 in text.
  return email.replaceAll("\0", "").trim().toLowerCase();
}

let decoy: Promise<string> | undefined;

/** Creates the first operator of an empty deployment; false when there is one already. */
export async function createFirstOperator(email: string, password: string): Promise<boolean> {
  const passwordHash = await hash(password, argon);
  return withPlatform(async (tx) => {
    await tx.execute(sql`lock table operators in share row exclusive mode`);
    const [existing] = await tx.select({ id: operators.operatorId }).from(operators).limit(1);
    if (existing) return false;
    const operatorId = prefixedId("op");
    await tx.insert(operators).values({ operatorId, email: normalEmail(email), passwordHash });
    await auditPlatform(tx, systemCtx("first-start"), {
      action: "operator.create",
      target: { type: "operator", id: operatorId },
      after: { email: normalEmail(email) },
    });
    return true;
  });
}

/** True while the deployment has no operator. */
export async function hasNoOperator(): Promise<boolean> {
  const rows = await withPlatform((tx) =>
    tx.select({ id: operators.operatorId }).from(operators).limit(1),
  );
  return rows.length === 0;
}

/**
 * Checks an operator's password. After five failures in a row the account is locked for a minute,
 * and twice as long at each further failure, up to an hour. An unknown address costs the same time.
 */
export async function signIn(
  caller: Pick<CallerCtx, "requestId" | "ip">,
  email: string,
  password: string,
  purpose: Purpose = "sign_in",
): Promise<SignInResult> {
  const [row] = await withPlatform((tx) =>
    tx
      .select()
      .from(operators)
      .where(eq(operators.email, normalEmail(email))),
  );
  if (!row) {
    decoy ??= hash("nobody has this password", argon);
    await verify(await decoy, password);
    return { outcome: "wrong" };
  }
  const locked = lockOf(row);
  if (locked) return locked;
  const right = await verify(row.passwordHash, password);
  return withPlatform((tx) => settle(tx, caller, row.operatorId, right, purpose));
}

function lockOf(row: Row): Extract<SignInResult, { outcome: "locked" }> | null {
  const leftMs = (row.lockedUntil?.getTime() ?? 0) - Date.now();
  return leftMs > 0 ? { outcome: "locked", retryAfterSeconds: Math.ceil(leftMs / 1000) } : null;
}

/** Counts the attempt under the row's lock, so that attempts at the same time are all counted. */
async function settle(
  tx: Tx,
  caller: Pick<CallerCtx, "requestId" | "ip">,
  operatorId: string,
  right: boolean,
  purpose: Purpose,
): Promise<SignInResult> {
  const [row] = await tx
    .select()
    .from(operators)
    .where(eq(operators.operatorId, operatorId))
    .for("update");
  if (!row) return { outcome: "wrong" };
  const locked = lockOf(row);
  if (locked) return locked;
  const failures = right ? 0 : row.failedSignIns + 1;
  const excess = failures - failuresBeforeLock;
  const lockMs = excess >= 0 ? Math.min(firstLockMs * 2 ** excess, longestLockMs) : 0;
  await tx
    .update(operators)
    .set({
      failedSignIns: failures,
      lockedUntil: lockMs > 0 ? new Date(Date.now() + lockMs) : null,
      ...(right && purpose === "sign_in" ? { lastSignInAt: new Date() } : {}),
    })
    .where(eq(operators.operatorId, operatorId));
  const ctx: CallerCtx = {
    ...caller,
    principal: { type: "operator", id: operatorId, email: row.email },
    permissions: new Set(),
  };
  await auditPlatform(tx, ctx, {
    action: `operator.${purpose}${right ? "" : "_failed"}`,
    target: { type: "operator", id: operatorId },
    after: right ? null : { failures, locked_seconds: lockMs / 1000 },
  });
  return right ? { outcome: "ok", operator: signedIn(row) } : { outcome: "wrong" };
}

interface Slot {
  operator: SignedIn | null;
}

const cache = createCache<Slot>({
  name: "operators",
  topic: operatorTopic,
  maxEntries: 1000,
  ttlMs: 1000,
  async load(operatorId) {
    const [row] = await withPlatform((tx) =>
      tx.select().from(operators).where(eq(operators.operatorId, operatorId)),
    );
    return { operator: row ? signedIn(row) : null };
  },
});

/** A session's operator → identity; null when it is gone or its sessions were ended. */
export async function identifyOperator(session: SignedIn): Promise<Identity | null> {
  const { operator } = await cache.get(session.operatorId);
  if (!operator || operator.epoch !== session.epoch) return null;
  return {
    principal: { type: "operator", id: operator.operatorId, email: operator.email },
    permissions: new Set(allPermissions),
    tenantId: null,
  };
}

/** Sets a new password, unlocks the account and ends the operator's sessions everywhere. */
export async function changePassword(
  ctx: CallerCtx,
  operatorId: string,
  password: string,
): Promise<void> {
  const passwordHash = await hash(password, argon);
  const change = { topic: operatorTopic, key: operatorId };
  await withPlatform(async (tx) => {
    await tx
      .update(operators)
      .set({
        passwordHash,
        failedSignIns: 0,
        lockedUntil: null,
        sessionEpoch: sql`${operators.sessionEpoch} + 1`,
      })
      .where(eq(operators.operatorId, operatorId));
    await auditPlatform(tx, ctx, {
      action: "operator.change_password",
      target: { type: "operator", id: operatorId },
    });
    await announce(tx, change);
  });
  announceHere(change);
}

/** The same for whoever runs the deployment and names the operator by e-mail; false: no such one. */
export async function resetPassword(
  ctx: PlatformCtx,
  email: string,
  password: string,
): Promise<boolean> {
  authorize(ctx, "platform:write");
  const [row] = await withPlatform((tx) =>
    tx
      .select()
      .from(operators)
      .where(eq(operators.email, normalEmail(email))),
  );
  if (!row) return false;
  await changePassword(ctx, row.operatorId, password);
  return true;
}
