import { and, asc, eq, gt, ne, notInArray, or, sql } from "drizzle-orm";
import { killSwitches } from "#db/schema/tool-governance.ts";
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
import { type KillSwitchView, type PutSwitchInput, putSwitchInput } from "./schema.ts";
import { ungrantedTo } from "./visibility.ts";

type Row = typeof killSwitches.$inferSelect;

const mostSwitches = 1_000;

function toSwitch(row: Row): KillSwitchView {
  return {
    switch_id: row.switchId,
    scope: row.scope,
    target_id: row.targetId,
    mcp_name: row.mcpName,
    reason: row.reason,
    by_platform: row.byPlatform,
    set_by: { type: row.principalType, id: row.principalId },
    created_at: row.createdAt.toISOString(),
  };
}

/** What stops a tool's calls, whoever makes them. */
export async function readSwitchesOf(
  tx: Tx,
  ctx: Ctx,
  { toolId, mcpName }: { toolId: string; mcpName: string },
): Promise<KillSwitchView[]> {
  const ofTool = and(eq(killSwitches.scope, "tool"), eq(killSwitches.targetId, toolId));
  const rows = await tx
    .select()
    .from(killSwitches)
    .where(
      and(
        eq(killSwitches.tenantId, ctx.tenantId),
        or(eq(killSwitches.scope, "tenant"), ofTool, eq(killSwitches.mcpName, mcpName)),
      ),
    )
    .orderBy(asc(killSwitches.switchId));
  return rows.map(toSwitch);
}

/** Everything of the tenant that is stopped, in the order in which it was. */
export async function listSwitches(ctx: Ctx, query: PageQuery): Promise<Page<KillSwitchView>> {
  authorize(ctx, "tools:read");
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const hidden = [...(await ungrantedTo(ctx))];
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(killSwitches)
      .where(
        and(
          eq(killSwitches.tenantId, ctx.tenantId),
          gt(killSwitches.switchId, after),
          or(ne(killSwitches.scope, "tool"), notInArray(killSwitches.targetId, hidden)),
        ),
      )
      .orderBy(asc(killSwitches.switchId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.switchId], toSwitch);
}

function isOfPlatform({ permissions }: Ctx): boolean {
  return permissions.has("platform:write");
}

/** What the operator stopped, the operator alone lets run again. */
function refuseTenant(ctx: Ctx, row: Row): void {
  if (!row.byPlatform || isOfPlatform(ctx)) return;
  throw new AppError(
    "forbidden",
    "Whoever runs the deployment set this switch, and they alone can lift or change it.",
  );
}

async function refusePastBound(tx: Tx, ctx: Ctx): Promise<void> {
  const count = await tx.$count(killSwitches, eq(killSwitches.tenantId, ctx.tenantId));
  if (count < mostSwitches) return;
  throw new AppError(
    "limit_exceeded",
    `A tenant has at most ${mostSwitches} kill switches. Stop the whole tenant, or lift one.`,
    { extra: { limit: "kill_switches", value: mostSwitches } },
  );
}

/**
 * Stops a tool, an agent or every tool of the tenant, from the next call on, on every process; one
 * that is stopped already gets the new reason. The operator's switch of a tool outlives the tool, and
 * stops whatever is given its id or its name. Throws `not_found` for a tool that is not there,
 * `invalid_request`, and `forbidden` over the operator's own switch.
 */
export async function setSwitch(ctx: Ctx, raw: PutSwitchInput): Promise<KillSwitchView> {
  authorize(ctx, "tools:govern");
  const { scope, target_id: targetId, reason } = parse(putSwitchInput, raw);
  const toolId = scope === "tool" ? targetId : null;
  const byPlatform = isOfPlatform(ctx);
  if (toolId !== null) checkId(toolId);
  return changeRules(ctx, async (tx) => {
    const tool = toolId === null ? null : await readTool(tx, ctx, toolId);
    // One at a time in a tenant: whoever comes second finds the first one's switch, and the count is exact.
    await tx.execute(
      sql`select pg_advisory_xact_lock(hashtextextended('kill_switches ' || ${ctx.tenantId}, 0))`,
    );
    const [before] = await tx
      .delete(killSwitches)
      .where(
        and(
          eq(killSwitches.tenantId, ctx.tenantId),
          eq(killSwitches.scope, scope),
          eq(killSwitches.targetId, targetId),
        ),
      )
      .returning();
    if (before) refuseTenant(ctx, before);
    else await refusePastBound(tx, ctx);
    const [row] = await tx
      .insert(killSwitches)
      .values({
        tenantId: ctx.tenantId,
        switchId: before?.switchId ?? prefixedId("kill"),
        ...{ scope, targetId, reason, byPlatform },
        toolId: byPlatform ? null : toolId,
        mcpName: byPlatform ? (tool?.mcpName ?? null) : null,
        ...authorOf(ctx),
      })
      .returning();
    if (!row) throw new Error("The insert returned no row");
    await audit(tx, ctx, {
      action: "kill_switch.set",
      target: { type: scope, id: scope === "tenant" ? ctx.tenantId : targetId },
      before: before && toSwitch(before),
      after: toSwitch(row),
    });
    return toSwitch(row);
  });
}

/** Lets what was stopped run again. Throws `not_found`, and `forbidden` for the operator's own. */
export async function liftSwitch(ctx: Ctx, switchId: string): Promise<void> {
  authorize(ctx, "tools:govern");
  if (!/^kill_[0-9a-f]{32}$/.test(switchId)) throw notFound("kill switch", switchId);
  await changeRules(ctx, async (tx) => {
    const [gone] = await tx
      .delete(killSwitches)
      .where(and(eq(killSwitches.tenantId, ctx.tenantId), eq(killSwitches.switchId, switchId)))
      .returning();
    if (!gone) throw notFound("kill switch", switchId);
    refuseTenant(ctx, gone);
    await audit(tx, ctx, {
      action: "kill_switch.lift",
      target: { type: gone.scope, id: gone.scope === "tenant" ? ctx.tenantId : gone.targetId },
      before: toSwitch(gone),
    });
  });
}
