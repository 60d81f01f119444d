import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { requireNoAgent } from "#lib/memory/access.ts";
import { changedContexts } from "#lib/memory/changed-contexts.ts";
import { changedTools } from "#lib/tools/changed-tools.ts";
import { documentOf } from "#lib/tools/revisions/document.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { requireExporting } from "../enabled.ts";
import { cursorAfter, openWalk, type Walk } from "./cursor.ts";
import { type ExportQuery, exportQuery, type MemoryExport, type ToolsExport } from "./schema.ts";

/** Bytes of entries after which an answer ends. */
const bytes = 4 * 1024 * 1024;

/** That federation is off is told before a scope is missed: no scope would help. */
async function open(ctx: Ctx, permission: Permission): Promise<void> {
  authorize(ctx, permission);
  await requireExporting(ctx);
  authorize(ctx, "federation:read");
}

/**
 * What a peer pulls of the tenant's contexts: those written since the cursor, whenever they were
 * committed. Deletions are not told of. Needs `memory:read` and `federation:read`. Throws
 * `federation_disabled`, `invalid_request`, and `forbidden` for a key that acts for one agent.
 */
export async function exportMemory(ctx: Ctx, raw: ExportQuery): Promise<MemoryExport> {
  await open(ctx, "memory:read");
  requireNoAgent(ctx);
  const { since, limit } = parse(exportQuery, raw);
  const startedAt = performance.now();
  const answer = await withTenant(ctx.tenantId, async (tx): Promise<MemoryExport> => {
    const walk = await openWalk(tx, since);
    const place = { after: walk.after, limit, bytes };
    const { items, more } = await changedContexts(tx, ctx, walk.since, place);
    await auditFirst(tx, ctx, walk, { action: "federation.memory_export", entries: items.length });
    return {
      memories: items.map(({ agentId, context, updatedAt }) => ({
        agent_id: agentId,
        context: JSON.parse(context) as JsonObject,
        updated_at: updatedAt,
      })),
      tenant_id: ctx.tenantId,
      cursor: cursorAfter(walk, more ? (items.at(-1)?.agentId ?? null) : null),
      more,
    };
  });
  noteUsage(ctx, {
    ...{ kind: "memory_op", name: "memory.federation_export", status: "ok", agentId: "" },
    durationMs: performance.now() - startedAt,
    quantity: answer.memories.length,
  });
  return answer;
}

/** The same for published tools, masked; needs `tools:read` and `federation:read`. */
export async function exportTools(ctx: Ctx, raw: ExportQuery): Promise<ToolsExport> {
  await open(ctx, "tools:read");
  const { since, limit } = parse(exportQuery, raw);
  return withTenant(ctx.tenantId, async (tx) => {
    const walk = await openWalk(tx, since);
    const place = { after: walk.after, limit, bytes };
    const { items, last } = await changedTools(tx, ctx, walk.since, place);
    await auditFirst(tx, ctx, walk, { action: "federation.tools_export", entries: items.length });
    return {
      tools: items.map(({ tool_id, is_dynamic, updated_at, ...tool }) => ({
        ...{ tool_id, is_dynamic, ...documentOf(tool), updated_at },
      })),
      tenant_id: ctx.tenantId,
      cursor: cursorAfter(walk, last),
      more: last !== null,
    };
  });
}

/** One entry a walk that gives something: who asks every few minutes would fill the log else. */
async function auditFirst(
  tx: Tx,
  ctx: Ctx,
  { after, since }: Walk,
  { action, entries }: { action: string; entries: number },
): Promise<void> {
  if (after !== "" || entries === 0) return;
  await audit(tx, ctx, {
    action,
    target: { type: "tenant", id: ctx.tenantId },
    after: { incremental: since !== null },
  });
}
