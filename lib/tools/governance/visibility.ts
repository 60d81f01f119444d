import { subjectNamesOf } from "#lib/auth/subjects.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import type { Tool } from "../schema.ts";
import { isGranted } from "./principals.ts";
import { rulesOf, stopOfTool } from "./rules.ts";

/** Whether a tool is kept from whoever asks. */
export type IsHidden = (tool: { toolId: string; mcpName: string }) => boolean;

/**
 * Which tools a caller's MCP client is not shown: those granted to others, disabled or stopped.
 * Null: it is shown all.
 */
export async function hiddenFrom(ctx: Ctx): Promise<IsHidden | null> {
  const rules = await rulesOf(ctx.tenantId);
  if (rules === null) return null;
  const { grants, policies, stopped } = rules;
  const names = grants.size > 0 ? await subjectNamesOf(ctx) : [];
  return (tool) => {
    const granted = grants.get(tool.toolId);
    if (granted && !names.some((name) => granted.has(name))) return true;
    return policies.get(tool.toolId)?.enabled === false || stopOfTool(stopped, tool) !== undefined;
  };
}

/** Who writes or governs tools sees them all, to be able to. */
function manages({ permissions }: Ctx): boolean {
  return permissions.has("tools:write") || permissions.has("tools:govern");
}

/** For a caller who does not manage tools, one that is granted to others is not there: `not_found`. */
export async function refuseUngranted(ctx: Ctx, toolId: string): Promise<void> {
  if (manages(ctx)) return;
  const rules = await rulesOf(ctx.tenantId);
  if (rules !== null && !(await isGranted(rules, ctx, toolId))) throw notFound("tool", toolId);
}

/** The same for lists: the ids of the tools that are kept from the caller. */
export async function ungrantedTo(ctx: Ctx): Promise<ReadonlySet<string>> {
  const rules = manages(ctx) ? null : await rulesOf(ctx.tenantId);
  if (rules === null || rules.grants.size === 0) return new Set();
  const names = await subjectNamesOf(ctx);
  const others = [...rules.grants].filter(
    ([, granted]) => !names.some((name) => granted.has(name)),
  );
  return new Set(others.map(([toolId]) => toolId));
}

/** Whether the caller was granted the tool, or it is open to all. */
export async function mayCall(ctx: Ctx, toolId: string): Promise<boolean> {
  const rules = await rulesOf(ctx.tenantId);
  return rules === null || isGranted(rules, ctx, toolId);
}

/** Tells why nobody can call a tool now: it is disabled, or a kill switch of its own stops it. */
export async function haltsOf(
  ctx: Ctx,
): Promise<(tool: Pick<Tool, "tool_id" | "mcp_name">) => "disabled" | "stopped" | undefined> {
  authorize(ctx, "tools:read");
  const rules = await rulesOf(ctx.tenantId);
  return ({ tool_id: toolId, mcp_name: mcpName }) => {
    if (rules && stopOfTool(rules.stopped, { toolId, mcpName }) !== undefined) return "stopped";
    return rules?.policies.get(toolId)?.enabled === false ? "disabled" : undefined;
  };
}
