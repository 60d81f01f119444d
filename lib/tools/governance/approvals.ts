import { and, desc, eq, gt, lte, or, sql } from "drizzle-orm";
import { toolApprovals } from "#db/schema/tool-governance.ts";
import { platformStatement, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { keyHands } from "#lib/auth/key-ancestry.ts";
import { agentOf } from "#lib/auth/subjects.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { decodeTimeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { approvalMs, digestOf } from "./gate.ts";
import { type Approval, type ApprovalQuery, type DecideInput, decideInput } from "./schema.ts";

type Row = typeof toolApprovals.$inferSelect;

/** One past its time has expired, whether or not a call has noticed. */
function statusOf({ status, expiresAt }: Row): Row["status"] {
  const isOpen = status === "pending" || status === "approved";
  return isOpen && expiresAt.getTime() <= Date.now() ? "expired" : status;
}

function toApproval(row: Row): Approval {
  const { deciderType, deciderId } = row;
  return {
    approval_id: row.approvalId,
    tool_id: row.toolId,
    mcp_name: row.mcpName,
    asked_by: { type: row.principalType, id: row.principalId },
    agent_id: row.agentId,
    arguments: row.arguments as JsonObject,
    status: statusOf(row),
    request_id: row.requestId,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    decided_by: deciderType && deciderId ? { type: deciderType, id: deciderId } : null,
    decided_at: row.decidedAt?.toISOString() ?? null,
    note: row.note,
    used_at: row.usedAt?.toISOString() ?? null,
  };
}

function toAudited(row: Row) {
  const { arguments: args, ...rest } = toApproval(row);
  return { ...rest, ...digestOf(args) };
}

function one(ctx: Ctx, approvalId: string) {
  // PostgreSQL refuses some texts that are no ids.
  if (!/^appr_[0-9a-f]{32}$/.test(approvalId)) throw notFound("approval", approvalId);
  return and(eq(toolApprovals.tenantId, ctx.tenantId), eq(toolApprovals.approvalId, approvalId));
}

function ofStatus(status: Row["status"] | undefined) {
  if (status === undefined) return undefined;
  const is = eq(toolApprovals.status, status);
  if (status === "pending" || status === "approved") {
    return and(is, gt(toolApprovals.expiresAt, sql`now()`));
  }
  if (status !== "expired") return is;
  const late = lte(toolApprovals.expiresAt, sql`now()`);
  return or(is, and(late, sql`${toolApprovals.status} in ('pending', 'approved')`));
}

/** The tenant's requests for approval, the newest first. Their arguments need `tools:govern`. */
export async function listApprovals(ctx: Ctx, query: ApprovalQuery): Promise<Page<Approval>> {
  authorize(ctx, "tools:govern");
  const size = Math.min(pageSize(query), 1000);
  const after = query.cursor ? decodeTimeCursor(query.cursor) : null;
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(toolApprovals)
      .where(
        and(
          eq(toolApprovals.tenantId, ctx.tenantId),
          ofStatus(query.status),
          after
            ? sql`(${toolApprovals.createdAt}, ${toolApprovals.approvalId})
                < (${after.at}::timestamptz, ${after.id})`
            : undefined,
        ),
      )
      .orderBy(desc(toolApprovals.createdAt), desc(toolApprovals.approvalId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.createdAt.toISOString(), row.approvalId], toApproval);
}

/** One request. Whoever asked may see what came of it; others need `tools:govern`. */
export async function getApproval(ctx: Ctx, approvalId: string): Promise<Approval> {
  authorize(ctx, "tools:call");
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(toolApprovals).where(one(ctx, approvalId)),
  );
  if (!row) throw notFound("approval", approvalId);
  if (row.principalId !== ctx.principal.id) authorize(ctx, "tools:govern");
  return toApproval(row);
}

interface Party {
  type: string;
  id: string;
  agentId: string | null;
  /** The person for whom an application acts. */
  userId: string | null;
}

/** Everyone whom a caller may be: who had its key, its agent, the person behind it. */
async function handsOf(tenantId: string, { type, id, agentId, userId }: Party): Promise<string[]> {
  return [
    `${type === "member" ? "person" : type}:${id}`,
    ...(type === "key" ? await keyHands(tenantId, id) : []),
    ...(agentId === null ? [] : [`agent:${agentId}`]),
    ...(userId === null ? [] : [`person:${userId}`]),
  ];
}

/**
 * Nobody decides for themselves: not by another key that they made or were made by, nor by an
 * application. A person decides on what an agent asks, also with the key that they made for it.
 */
async function refuseOwn(ctx: Ctx, row: Row): Promise<void> {
  const { principal, tenantId } = ctx;
  if (principal.type === "operator") return;
  const { principalType: type, principalId: id, agentId, userId } = row;
  if (principal.type === "member" && type === "key" && agentId !== null) return;
  const decider: Party = {
    ...{ type: principal.type, id: principal.id, agentId: agentOf(ctx) },
    userId: principal.type === "client" ? principal.userId : null,
  };
  const asker = new Set(await handsOf(tenantId, { type, id, agentId, userId }));
  const isOwn = (await handsOf(tenantId, decider)).some((hand) => asker.has(hand));
  if (!isOwn) return;
  throw new AppError(
    "forbidden",
    "Whoever asked for the call cannot decide on it. Have somebody else approve or deny it.",
  );
}

/**
 * Approves or denies a call that waits. Throws `not_found`, `forbidden` to whoever asked for it
 * themselves (the operator may), and `conflict` for one that is decided or past its time.
 */
export async function decideApproval(
  ctx: Ctx,
  approvalId: string,
  decision: "approved" | "denied",
  raw: DecideInput,
): Promise<Approval> {
  authorize(ctx, "tools:govern");
  const { note } = parse(decideInput, raw);
  const [asked] = await withTenant(ctx.tenantId, (tx) =>
    tx.select().from(toolApprovals).where(one(ctx, approvalId)),
  );
  if (!asked) throw notFound("approval", approvalId);
  // Who asked never changes, and the look for it needs no lock.
  await refuseOwn(ctx, asked);
  return withTenant(ctx.tenantId, async (tx) => {
    const [before] = await tx
      .select()
      .from(toolApprovals)
      .where(one(ctx, approvalId))
      .for("update");
    if (!before) throw notFound("approval", approvalId);
    const status = statusOf(before);
    if (status !== "pending") {
      throw new AppError("conflict", `The request is ${status} already. Have the call made again.`);
    }
    const [after] = await tx
      .update(toolApprovals)
      .set({
        status: decision,
        deciderType: ctx.principal.type,
        deciderId: ctx.principal.id,
        decidedAt: sql`now()`,
        note: note || null,
        // The call has its time from the approval on, and so has a denial.
        expiresAt: new Date(Date.now() + approvalMs),
      })
      .where(one(ctx, approvalId))
      .returning();
    if (!after) throw notFound("approval", approvalId);
    await audit(tx, ctx, {
      action: decision === "approved" ? "approval.approve" : "approval.deny",
      target: { type: "approval", id: approvalId },
      before: toAudited(before),
      after: toAudited(after),
    });
    return toApproval(after);
  });
}

const keptDays = 30;
const batch = 1_000;

const purgeApprovalsText = `delete from tool_approvals where (tenant_id, approval_id) in (
    select tenant_id, approval_id from tool_approvals
    where expires_at < now() - make_interval(days => $1) limit ${batch})
  returning approval_id`;

const purgeCountsText = `delete from tool_daily_calls
  where (tenant_id, limit_id, caller, day) in (
    select tenant_id, limit_id, caller, day from tool_daily_calls
    where day < now() - make_interval(days => $1) limit ${batch})
  returning limit_id`;

/** Removes every tenant's requests and daily counts that are older than a month; answers how many. */
export async function purgeGovernance(): Promise<number> {
  let removed = 0;
  for (const text of [purgeApprovalsText, purgeCountsText]) {
    for (;;) {
      const rows = await platformStatement(text, [keptDays]);
      removed += rows.length;
      if (rows.length < batch) break;
    }
  }
  return removed;
}
