import { and, asc, eq, gt, or } from "drizzle-orm";
import { tenantMembers } from "#db/schema/auth.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import type { Role } from "#lib/core/permissions.ts";
import { memberTopic } from "./members.ts";
import { permissionsOf } from "./roles.ts";
import { type ChangeMemberInput, changeMemberInput, type Member } from "./schema.ts";

type Row = typeof tenantMembers.$inferSelect;

/** A row of `tenant_members` as it stands on the wire. */
export function toMember(row: Row): Member {
  return {
    user_id: row.userId,
    email: row.email,
    role: row.role,
    created_at: row.createdAt.toISOString(),
  };
}

/** Owners are made and unmade by owners, and by whoever runs the deployment. */
export function refuseOwnerChange(ctx: Ctx, ...roles: Role[]): void {
  if (!roles.includes("owner")) return;
  const { principal, permissions } = ctx;
  if (principal.type === "member" && principal.role === "owner") return;
  if (permissions.has("platform:write")) return;
  throw new AppError(
    "forbidden",
    "Only an owner of the tenant may make, change or remove an owner.",
  );
}

/** Nobody gives, or takes over with a password, a role that may do more than they may. */
export function refuseStrongerRole(ctx: Ctx, role: Role): void {
  const missing = [...permissionsOf(role)].filter((name) => !ctx.permissions.has(name));
  if (missing.length === 0) return;
  throw new AppError(
    "insufficient_scope",
    `The role "${role}" may do more than this credential, which lacks ${missing.join(", ")}.`,
  );
}

/** The tenant's members in the order of their addresses. */
export async function listMembers(ctx: Ctx, query: PageQuery): Promise<Page<Member>> {
  authorize(ctx, "members:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(tenantMembers)
      .where(and(eq(tenantMembers.tenantId, ctx.tenantId), gt(tenantMembers.email, after)))
      .orderBy(asc(tenantMembers.email))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.email], toMember);
}

/** Locks the member and every owner, so that of two that go at a time one is seen to stay. */
async function loadWithOwners(
  tx: Tx,
  ctx: Ctx,
  userId: string,
): Promise<{ row: Row; isLastOwner: boolean }> {
  // PostgreSQL refuses some texts that are no ids.
  if (!/^usr_[0-9a-f]{32}$/.test(userId)) throw notFound("member", userId);
  const rows = await tx
    .select()
    .from(tenantMembers)
    .where(
      and(
        eq(tenantMembers.tenantId, ctx.tenantId),
        or(eq(tenantMembers.userId, userId), eq(tenantMembers.role, "owner")),
      ),
    )
    .orderBy(asc(tenantMembers.userId))
    .for("update");
  const row = rows.find((candidate) => candidate.userId === userId);
  if (!row) throw notFound("member", userId);
  const others = rows.filter((other) => other.userId !== userId && other.role === "owner");
  return { row, isLastOwner: row.role === "owner" && others.length === 0 };
}

function refuseLastOwner(isLastOwner: boolean): void {
  if (!isLastOwner) return;
  throw new AppError(
    "conflict",
    "The tenant's last owner stays. Make somebody else an owner first.",
  );
}

/** Commits `write` on a member and makes every process read the person's memberships anew. */
async function change<T>(ctx: Ctx, userId: string, write: (tx: Tx) => Promise<T>): Promise<T> {
  const notice = { topic: memberTopic, key: userId };
  const result = await withTenant(ctx.tenantId, async (tx) => {
    const written = await write(tx);
    await announce(tx, notice);
    return written;
  });
  announceHere(notice);
  return result;
}

/**
 * Gives a member another role. Throws `not_found`, `forbidden` where an owner is concerned and the
 * caller is none, `insufficient_scope` for a role that may do more than the caller, and `conflict`
 * when it would leave the tenant without an owner.
 */
export async function changeMember(
  ctx: Ctx,
  userId: string,
  raw: ChangeMemberInput,
): Promise<Member> {
  authorize(ctx, "members:write");
  const { role } = parse(changeMemberInput, raw);
  return change(ctx, userId, async (tx) => {
    const { row, isLastOwner } = await loadWithOwners(tx, ctx, userId);
    if (row.role === role) return toMember(row);
    refuseOwnerChange(ctx, row.role, role);
    refuseStrongerRole(ctx, role);
    refuseLastOwner(isLastOwner);
    const [after] = await tx
      .update(tenantMembers)
      .set({ role })
      .where(and(eq(tenantMembers.tenantId, ctx.tenantId), eq(tenantMembers.userId, userId)))
      .returning();
    if (!after) throw notFound("member", userId);
    await audit(tx, ctx, {
      action: "member.change_role",
      target: { type: "member", id: userId },
      before: toMember(row),
      after: toMember(after),
    });
    return toMember(after);
  });
}

/** Ends a membership on every process; the person's account stays. Throws as `changeMember` does. */
export async function removeMember(ctx: Ctx, userId: string): Promise<void> {
  authorize(ctx, "members:write");
  await change(ctx, userId, async (tx) => {
    const { row, isLastOwner } = await loadWithOwners(tx, ctx, userId);
    refuseOwnerChange(ctx, row.role);
    refuseLastOwner(isLastOwner);
    await tx
      .delete(tenantMembers)
      .where(and(eq(tenantMembers.tenantId, ctx.tenantId), eq(tenantMembers.userId, userId)));
    await audit(tx, ctx, {
      action: "member.remove",
      target: { type: "member", id: userId },
      before: toMember(row),
    });
  });
}
