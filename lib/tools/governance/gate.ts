import { and, eq, gt, inArray, lte, sql } from "drizzle-orm";
import { uniqueViolation } from "#db/errors.ts";
import { toolApprovals } from "#db/schema/tool-governance.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { agentOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { stripSecrets } from "#lib/core/secrets.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CatalogTool } from "../catalog.ts";
import { canonicalHash } from "./canonical.ts";

type Row = typeof toolApprovals.$inferSelect;

/** How long a request waits for its answer, and an approval for its call. */
export const approvalMs = 3_600_000;

const mostPending = 500;
const mostPendingOfOne = 50;
const largestShown = 64 * 1024;

const open = ["pending", "approved"] as const;

/** The arguments as whoever decides is shown them; too many are told by their size. */
function shown(args: JsonObject): unknown {
  const stripped = stripSecrets(args);
  const bytes = Buffer.byteLength(JSON.stringify(stripped));
  return bytes > largestShown ? { omitted: true, bytes } : stripped;
}

/** What the audit log has of arguments, which are for those alone who may decide on the call. */
export function digestOf(args: unknown) {
  return {
    arguments_sha256: canonicalHash(args),
    arguments_bytes: Buffer.byteLength(JSON.stringify(args)),
  };
}

/** The rows of this very call by this very principal. */
function same(ctx: Ctx, toolId: string, callHash: string) {
  return and(
    eq(toolApprovals.tenantId, ctx.tenantId),
    eq(toolApprovals.toolId, toolId),
    eq(toolApprovals.principalType, ctx.principal.type),
    eq(toolApprovals.principalId, ctx.principal.id),
    eq(toolApprovals.callHash, callHash),
  );
}

function row(ctx: Ctx, approvalId: string) {
  return and(eq(toolApprovals.tenantId, ctx.tenantId), eq(toolApprovals.approvalId, approvalId));
}

/** Uses an approval up. The row's lock makes it once, however many calls come at a time. */
async function use(tx: Tx, ctx: Ctx, toolId: string, callHash: string): Promise<string | null> {
  const [used] = await tx
    .update(toolApprovals)
    .set({ status: "used", usedAt: sql`now()` })
    .where(
      and(
        same(ctx, toolId, callHash),
        eq(toolApprovals.status, "approved"),
        gt(toolApprovals.expiresAt, sql`now()`),
      ),
    )
    .returning({ approvalId: toolApprovals.approvalId });
  if (!used) return null;
  await audit(tx, ctx, {
    action: "approval.use",
    target: { type: "approval", id: used.approvalId },
    after: { tool_id: toolId },
  });
  return used.approvalId;
}

async function refusePastBound(tx: Tx, ctx: Ctx): Promise<void> {
  const pending = and(
    eq(toolApprovals.tenantId, ctx.tenantId),
    eq(toolApprovals.status, "pending"),
    gt(toolApprovals.expiresAt, sql`now()`),
  );
  const own = and(pending, eq(toolApprovals.principalId, ctx.principal.id));
  const [all, mine] = [
    await tx.$count(toolApprovals, pending),
    await tx.$count(toolApprovals, own),
  ];
  if (all < mostPending && mine < mostPendingOfOne) return;
  throw new AppError(
    "limit_exceeded",
    `Too many calls wait for approval: ${mine} of this caller (at most ${mostPendingOfOne}), ${all} of the tenant (at most ${mostPending}). Have some of them decided first.`,
    { extra: { limit: "pending_approvals", value: mostPending } },
  );
}

async function ask(
  tx: Tx,
  ctx: Ctx,
  { toolId, mcpName }: CatalogTool,
  args: JsonObject,
  callHash: string,
): Promise<Row | undefined> {
  const { principal } = ctx;
  await refusePastBound(tx, ctx);
  const [made] = await tx
    .insert(toolApprovals)
    .values({
      tenantId: ctx.tenantId,
      approvalId: prefixedId("appr"),
      toolId,
      mcpName,
      principalType: principal.type,
      principalId: principal.id,
      agentId: agentOf(ctx),
      userId: principal.type === "client" ? principal.userId : null,
      callHash,
      arguments: shown(args),
      requestId: ctx.requestId,
      expiresAt: new Date(Date.now() + approvalMs),
    })
    .onConflictDoNothing()
    .returning();
  if (!made) return undefined;
  await audit(tx, ctx, {
    action: "approval.request",
    target: { type: "approval", id: made.approvalId },
    after: { tool_id: toolId, ...digestOf(made.arguments) },
  });
  return made;
}

/** What the call has come to so far: a request that is open or was denied not long ago. */
async function latest(tx: Tx, ctx: Ctx, toolId: string, callHash: string) {
  const [found] = await tx
    .select()
    .from(toolApprovals)
    .where(
      and(
        same(ctx, toolId, callHash),
        inArray(toolApprovals.status, ["pending", "denied"]),
        gt(toolApprovals.expiresAt, sql`now()`),
      ),
    )
    .orderBy(sql`${toolApprovals.status} = 'pending' desc, ${toolApprovals.createdAt} desc`)
    .limit(1);
  return found;
}

function refusal({ approvalId, status, mcpName, expiresAt, note }: Row): ToolError {
  const extra = { approval_id: approvalId, expires_at: expiresAt.toISOString() };
  if (status === "denied") {
    const why = note ? ` The reason: ${note}` : "";
    return new ToolError(
      "approval_denied",
      `The call of ${mcpName} with these arguments was not approved (${approvalId}).${why}`,
      { extra },
    );
  }
  return new ToolError(
    "approval_required",
    `The tool ${mcpName} runs after somebody has approved the call. It waits as ${approvalId} until ${extra.expires_at}; call again with the same arguments once it is approved.`,
    { extra },
  );
}

/**
 * Takes the approval of this very call by this very principal, which is good for one; answers its
 * id. Without one it asks for it, once, and throws `ToolError`: `approval_required` with the id of
 * the request, or `approval_denied`. Throws `limit_exceeded` (409) where too many wait. What is kept
 * of the arguments to be shown is without what `redact` masks.
 */
export async function useApproval(
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  redact: <T>(value: T) => T = (value) => value,
): Promise<string> {
  const { toolId, revision } = tool;
  const callHash = canonicalHash(revision, args);
  const outcome = await withTenant(ctx.tenantId, async (tx) => {
    const used = await use(tx, ctx, toolId, callHash);
    if (used !== null) return used;
    await tx
      .update(toolApprovals)
      .set({ status: "expired" })
      .where(
        and(
          same(ctx, toolId, callHash),
          inArray(toolApprovals.status, open),
          lte(toolApprovals.expiresAt, sql`now()`),
        ),
      );
    return (await latest(tx, ctx, toolId, callHash)) ?? ask(tx, ctx, tool, redact(args), callHash);
  });
  if (typeof outcome === "string") return outcome;
  if (outcome) throw refusal(outcome);
  // Another call has asked, or has been approved, since the look: it is seen now.
  return useApproval(ctx, tool, args, redact);
}

/** Gives an approval back whose call turned out to be none yet, for the call that follows. */
export async function giveApprovalBack(ctx: Ctx, approvalId: string): Promise<void> {
  const back = (tx: Tx) =>
    tx
      .update(toolApprovals)
      .set({ status: "approved", usedAt: null })
      .where(and(row(ctx, approvalId), eq(toolApprovals.status, "used")));
  try {
    await withTenant(ctx.tenantId, back);
  } catch (error) {
    // A call beside this one has asked anew meanwhile; whoever decides that decides for both.
    if (uniqueViolation(error) !== "tool_approvals_open") throw error;
  }
}
