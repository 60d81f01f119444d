import { and, eq, sql } from "drizzle-orm";
import { toolPolicies } from "#db/schema/tool-governance.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { parse } from "#lib/core/parse.ts";
import { checkId, lockTool, readTool } from "../row.ts";
import { authorOf, changeRules } from "./change.ts";
import { type PutPolicyInput, putPolicyInput, type ToolPolicyView } from "./schema.ts";
import { refuseUngranted } from "./visibility.ts";

type Row = typeof toolPolicies.$inferSelect;

const free = {
  enabled: true,
  disabled_reason: null,
  approval: "never",
  cache_ttl_seconds: null,
  cache_scope: "principal",
  max_concurrent: null,
  max_queue: 0,
  max_queue_ms: 5_000,
  updated_by: null,
  updated_at: null,
} as const;

function toPolicy(toolId: string, row: Row | undefined): ToolPolicyView {
  if (!row) return { tool_id: toolId, ...free };
  return {
    tool_id: row.toolId,
    enabled: row.enabled,
    disabled_reason: row.disabledReason,
    approval: row.approval,
    cache_ttl_seconds: row.cacheTtlSeconds,
    cache_scope: row.cacheScope,
    max_concurrent: row.maxConcurrent,
    max_queue: row.maxQueue,
    max_queue_ms: row.maxQueueMs,
    updated_by: { type: row.principalType, id: row.principalId },
    updated_at: row.updatedAt.toISOString(),
  };
}

export async function readPolicy(tx: Tx, ctx: Ctx, toolId: string): Promise<ToolPolicyView> {
  const [row] = await tx
    .select()
    .from(toolPolicies)
    .where(and(eq(toolPolicies.tenantId, ctx.tenantId), eq(toolPolicies.toolId, toolId)));
  return toPolicy(toolId, row);
}

/** How a tool's calls are governed; throws `not_found` for a tool that is not there. */
export async function getPolicy(ctx: Ctx, toolId: string): Promise<ToolPolicyView> {
  authorize(ctx, "tools:read");
  checkId(toolId);
  await refuseUngranted(ctx, toolId);
  return withTenant(ctx.tenantId, async (tx) => {
    await readTool(tx, ctx, toolId);
    return readPolicy(tx, ctx, toolId);
  });
}

/**
 * Changes what is given of a tool's policy, for its next call on every process; drafts and revisions
 * have no part in it. Throws `not_found` and `invalid_request`.
 */
export async function putPolicy(
  ctx: Ctx,
  toolId: string,
  raw: PutPolicyInput,
): Promise<ToolPolicyView> {
  authorize(ctx, "tools:govern");
  checkId(toolId);
  const input = parse(putPolicyInput, raw);
  return changeRules(ctx, async (tx) => {
    await lockTool(tx, ctx, toolId);
    const before = await readPolicy(tx, ctx, toolId);
    const given = Object.fromEntries(
      Object.entries(input).filter(([, value]) => value !== undefined),
    ) as Partial<ToolPolicyView>;
    const wanted = { ...before, ...given };
    const values = {
      enabled: wanted.enabled,
      // A tool that is enabled again has no reason to be disabled.
      disabledReason: wanted.enabled ? null : wanted.disabled_reason,
      approval: wanted.approval,
      cacheTtlSeconds: wanted.cache_ttl_seconds,
      cacheScope: wanted.cache_scope,
      maxConcurrent: wanted.max_concurrent,
      maxQueue: wanted.max_queue,
      maxQueueMs: wanted.max_queue_ms,
      ...authorOf(ctx),
    };
    const [row] = await tx
      .insert(toolPolicies)
      .values({ tenantId: ctx.tenantId, toolId, ...values })
      .onConflictDoUpdate({
        target: [toolPolicies.tenantId, toolPolicies.toolId],
        set: { ...values, updatedAt: sql`now()` },
      })
      .returning();
    const after = toPolicy(toolId, row);
    const turned = before.enabled !== after.enabled;
    await audit(tx, ctx, {
      action: turned ? (after.enabled ? "tool.enable" : "tool.disable") : "tool.govern",
      target: { type: "tool", id: toolId },
      before,
      after,
    });
    return after;
  });
}
