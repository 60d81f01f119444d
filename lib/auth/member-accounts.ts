import { and, eq, sql } from "drizzle-orm";
import { tenantMembers, users } from "#db/schema/auth.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { audit, auditPlatform } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId, randomText } from "#lib/core/ids.ts";
import { parse } from "#lib/core/parse.ts";
import { findAccount, hashPassword, setPassword } from "./accounts.ts";
import { memberTopic } from "./members.ts";
import { type AddMemberInput, addMemberInput, type NewMember } from "./schema.ts";
import { refuseOwnerChange, refuseStrongerRole, toMember } from "./tenant-members.ts";

/** 119 random bits, for somebody to read out or to paste. */
const oneTimeLength = 20;

/** The user of an address, locked, made when there is none. */
async function ensureUser(
  tx: Tx,
  ctx: Ctx,
  email: string,
  passwordHash: string,
): Promise<{ userId: string; isNew: boolean }> {
  const id = prefixedId("usr");
  const made = await tx
    .insert(users)
    .values({ id, email, passwordHash })
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  if (made.length > 0) {
    await auditPlatform(tx, ctx, {
      action: "user.create",
      target: { type: "user", id },
      after: { email },
    });
    return { userId: id, isNew: true };
  }
  const [row] = await tx.select().from(users).where(eq(users.email, email)).for("update");
  if (!row) throw new Error("The user that stood in the way is gone");
  return { userId: row.id, isNew: false };
}

/**
 * Whoever made an account knew its first password, and nobody proves that an address is theirs: a
 * tenant must not be led to trust another tenant's account, so that only an operator joins the two.
 * True where the account is nobody's now, and starts anew with a password of its own.
 */
async function isAbandoned(tx: Tx, ctx: Ctx, userId: string, email: string): Promise<boolean> {
  const memberships = await countMemberships(tx, userId);
  if (ctx.permissions.has("platform:write")) return false;
  if (memberships === 0) return true;
  const [own] = await tx
    .select()
    .from(tenantMembers)
    .where(and(eq(tenantMembers.tenantId, ctx.tenantId), eq(tenantMembers.userId, userId)));
  if (own) throw alreadyMember(email);
  throw new AppError(
    "conflict",
    `${email} has an account in this deployment already. The operator can add it to the tenant.`,
  );
}

function alreadyMember(email: string): AppError {
  return new AppError("conflict", `${email} is a member of the tenant already.`);
}

/**
 * Adds a person to the tenant. Somebody new gets an account and a password, which is in this answer
 * alone; an operator may also add who has an account, who keeps it. Throws `conflict` for a member,
 * an operator's address, or another tenant's account, and `forbidden` where an owner is made by who is none, `insufficient_scope` for a role that may do
 * more than the caller.
 */
export async function addMember(ctx: Ctx, raw: AddMemberInput): Promise<NewMember> {
  authorize(ctx, "members:write");
  const { email, role } = parse(addMemberInput, raw);
  refuseOwnerChange(ctx, role);
  refuseStrongerRole(ctx, role);
  const password = randomText(oneTimeLength);
  const passwordHash = await hashPassword(password);
  const { added, notice, ended } = await withPlatform(async (tx) => {
    if (await findAccount(tx, "operator", email)) {
      throw new AppError("conflict", "An operator acts for every tenant and is no member of one.");
    }
    const { userId, isNew } = await ensureUser(tx, ctx, email, passwordHash);
    const startsAnew = !isNew && (await isAbandoned(tx, ctx, userId, email));
    const ended = startsAnew ? await setPassword(tx, "user", userId, passwordHash) : null;
    const [row] = await tx
      .insert(tenantMembers)
      .values({ tenantId: ctx.tenantId, userId, email, role })
      .onConflictDoNothing()
      .returning();
    if (!row) throw alreadyMember(email);
    await audit(tx, ctx, {
      action: "member.add",
      target: { type: "member", id: userId },
      after: toMember(row),
    });
    const change = { topic: memberTopic, key: userId };
    await announce(tx, change);
    return {
      added: { ...toMember(row), initial_password: isNew || startsAnew ? password : null },
      notice: change,
      ended,
    };
  });
  announceHere(notice);
  ended?.announceHere();
  return added;
}

async function countMemberships(tx: Tx, userId: string): Promise<number> {
  const [row] = await tx
    .select({ count: sql<number>`count(*)::int` })
    .from(tenantMembers)
    .where(eq(tenantMembers.userId, userId));
  return row?.count ?? 0;
}

/**
 * Gives a member a new password, which is answered this once, and ends their sessions. A tenant does
 * so for people of its own alone: `conflict` for who belongs to others too, unless an operator asks.
 */
export async function resetMemberPassword(ctx: Ctx, userId: string): Promise<string> {
  authorize(ctx, "members:write");
  // PostgreSQL refuses some texts that are no ids.
  if (!/^usr_[0-9a-f]{32}$/.test(userId)) throw notFound("member", userId);
  const password = randomText(oneTimeLength);
  const passwordHash = await hashPassword(password);
  const changed = await withPlatform(async (tx) => {
    // Whoever adds the person to another tenant meanwhile waits here.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("update");
    const [row] = await tx
      .select()
      .from(tenantMembers)
      .where(and(eq(tenantMembers.tenantId, ctx.tenantId), eq(tenantMembers.userId, userId)));
    if (!row) throw notFound("member", userId);
    refuseOwnerChange(ctx, row.role);
    refuseStrongerRole(ctx, row.role);
    const isOperator = ctx.permissions.has("platform:write");
    if (!isOperator && (await countMemberships(tx, userId)) > 1) {
      throw new AppError(
        "conflict",
        "This person's account is not the tenant's alone. They change the password themselves, or the operator does.",
      );
    }
    const record = {
      action: "member.reset_password",
      target: { type: "member", id: userId },
      after: { email: row.email },
    };
    await auditPlatform(tx, ctx, record, ctx.tenantId);
    return setPassword(tx, "user", userId, passwordHash);
  });
  changed.announceHere();
  return password;
}
