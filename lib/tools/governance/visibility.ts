import { subjectNamesOf } from "#lib/auth/subjects.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { isGranted } from "./principals.ts";
import { rulesOf } from "./rules.ts";

/** Whether a tool is kept from whoever asks. */
export type IsHidden = (toolId: string) => boolean;

/**
 * Which tools a caller's MCP client is not shown: those granted to others, disabled or stopped.
 * Null: it is shown all.
 */
export async function hiddenFrom(ctx: Ctx): Promise<IsHidden | null> {
  const rules = await rulesOf(ctx.tenantId);
  if (rules === null) return null;
  const { grants, policies, stopped } = rules;
  const names = grants.size > 0 ? await subjectNamesOf(ctx) : [];
  return (toolId) => {
    const granted = grants.get(toolId);
    if (granted && !names.some((name) => granted.has(name))) return true;
    return policies.get(toolId)?.enabled === false || stopped.has(`tool ${toolId}`);
  };
}

/** Who writes or governs tools sees them all, to be able to. */
function manages({ permissions }: Ctx): boolean {
  return permissions.has("tools:write") || permissions.has("tools:govern");
}

/** Whether a tool is there for a caller who does not manage tools: it is not if granted to others. */
export async function isUngranted(ctx: Ctx, toolId: string): Promise<boolean> {
  if (manages(ctx)) return false;
  const rules = await rulesOf(ctx.tenantId);
  return rules !== null && !(await isGranted(rules, ctx, toolId));
}

/** The same for lists; null: none is kept from the caller. */
export async function ungrantedTo(ctx: Ctx): Promise<IsHidden | null> {
  const rules = manages(ctx) ? null : await rulesOf(ctx.tenantId);
  if (rules === null || rules.grants.size === 0) return null;
  const names = await subjectNamesOf(ctx);
  return (toolId) => {
    const granted = rules.grants.get(toolId);
    return granted !== undefined && !names.some((name) => granted.has(name));
  };
}

/** Whether the caller was granted the tool, or it is open to all. */
export async function mayCall(ctx: Ctx, toolId: string): Promise<boolean> {
  const rules = await rulesOf(ctx.tenantId);
  return rules === null || isGranted(rules, ctx, toolId);
}

/** Why each tool that nobody can call now is so: it is disabled, or stopped by a kill switch. */
export async function haltedTools(ctx: Ctx): Promise<ReadonlyMap<string, "disabled" | "stopped">> {
  authorize(ctx, "tools:read");
  const rules = await rulesOf(ctx.tenantId);
  const halted = new Map<string, "disabled" | "stopped">();
  for (const [toolId, { enabled }] of rules?.policies ?? []) {
    if (!enabled) halted.set(toolId, "disabled");
  }
  for (const target of rules?.stopped.keys() ?? []) {
    if (target.startsWith("tool ")) halted.set(target.slice(5), "stopped");
  }
  return halted;
}
