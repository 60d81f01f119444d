import { and, asc, eq, gt, isNull, notInArray, or, sql } from "drizzle-orm";
import { toolDailyCalls, toolLimits } from "#db/schema/tool-governance.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { prefixedId } from "#lib/core/ids.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { checkId, readTool } from "../row.ts";
import { authorOf, changeRules } from "./change.ts";
import { type PutLimitInput, putLimitInput, type ToolLimitView } from "./schema.ts";
import { ungrantedTo } from "./visibility.ts";

type Row = typeof toolLimits.$inferSelect;

const mostLimits = 1_000;

function toLimit(row: Row): ToolLimitView {
  return {
    limit_id: row.limitId,
    tool_id: row.toolId,
    agent_id: row.agentId,
    calls_per_minute: row.callsPerMinute,
    calls_per_day: row.callsPerDay,
    updated_by: { type: row.principalType, id: row.principalId },
    updated_at: row.updatedAt.toISOString(),
  };
}

/** The limits that concern a tool, those of every tool included. */
export async function readLimitsOf(tx: Tx, ctx: Ctx, toolId: string): Promise<ToolLimitView[]> {
  const rows = await tx
    .select()
    .from(toolLimits)
    .where(
      and(
        eq(toolLimits.tenantId, ctx.tenantId),
        or(isNull(toolLimits.toolId), eq(toolLimits.toolId, toolId)),
      ),
    )
    .orderBy(asc(toolLimits.limitId));
  return rows.map(toLimit);
}

/** The tenant's limits in the order of their making. */
export async function listLimits(ctx: Ctx, query: PageQuery): Promise<Page<ToolLimitView>> {
  authorize(ctx, "tools:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const hidden = [...(await ungrantedTo(ctx))];
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(toolLimits)
      .where(
        and(
          eq(toolLimits.tenantId, ctx.tenantId),
          gt(toolLimits.limitId, after),
          or(isNull(toolLimits.toolId), notInArray(toolLimits.toolId, hidden)),
        ),
      )
      .orderBy(asc(toolLimits.limitId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.limitId], toLimit);
}

async function refusePastBound(tx: Tx, ctx: Ctx): Promise<void> {
  const count = await tx.$count(toolLimits, eq(toolLimits.tenantId, ctx.tenantId));
  if (count < mostLimits) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant has at most ${mostLimits} limits. Delete one, or use * for each caller by itself.`,
    { extra: { limit: "tool_limits", value: mostLimits } },
  );
}

/**
 * Sets the limit of a tool and an agent, or changes it; what was counted stays counted. Throws
 * `not_found` for a tool that is not there, `invalid_request` and `limit_exceeded`.
 */
export async function putLimit(ctx: Ctx, raw: PutLimitInput): Promise<ToolLimitView> {
  authorize(ctx, "tools:govern");
  const input = parse(putLimitInput, raw);
  const { tool_id: toolId, agent_id: agentId } = input;
  if (toolId !== null) checkId(toolId);
  const values = {
    callsPerMinute: input.calls_per_minute,
    callsPerDay: input.calls_per_day,
    ...authorOf(ctx),
  };
  return changeRules(ctx, async (tx) => {
    if (toolId !== null) await readTool(tx, ctx, toolId);
    const [before] = await tx
      .select()
      .from(toolLimits)
      .where(
        and(
          eq(toolLimits.tenantId, ctx.tenantId),
          sql`${toolLimits.toolId} is not distinct from ${toolId}`,
          sql`${toolLimits.agentId} is not distinct from ${agentId}`,
        ),
      )
      .for("update");
    if (!before) await refusePastBound(tx, ctx);
    const [after] = await tx
      .insert(toolLimits)
      .values({
        tenantId: ctx.tenantId,
        limitId: before?.limitId ?? prefixedId("lim"),
        ...{ toolId, agentId },
        ...values,
      })
      .onConflictDoUpdate({
        target: [toolLimits.tenantId, toolLimits.toolId, toolLimits.agentId],
        set: { ...values, updatedAt: sql`now()` },
      })
      .returning();
    if (!after) throw new Error("The upsert returned no row");
    await audit(tx, ctx, {
      action: before ? "tool_limit.update" : "tool_limit.create",
      target: { type: "tool_limit", id: after.limitId },
      before: before && toLimit(before),
      after: toLimit(after),
    });
    return toLimit(after);
  });
}

/** Removes a limit and what it counted; throws `not_found`. */
export async function deleteLimit(ctx: Ctx, limitId: string): Promise<void> {
  authorize(ctx, "tools:govern");
  if (!/^lim_[0-9a-f]{32}$/.test(limitId)) throw notFound("limit", limitId);
  await changeRules(ctx, async (tx) => {
    const [gone] = await tx
      .delete(toolLimits)
      .where(and(eq(toolLimits.tenantId, ctx.tenantId), eq(toolLimits.limitId, limitId)))
      .returning();
    if (!gone) throw notFound("limit", limitId);
    await tx
      .delete(toolDailyCalls)
      .where(and(eq(toolDailyCalls.tenantId, ctx.tenantId), eq(toolDailyCalls.limitId, limitId)));
    await audit(tx, ctx, {
      action: "tool_limit.delete",
      target: { type: "tool_limit", id: limitId },
      before: toLimit(gone),
    });
  });
}
