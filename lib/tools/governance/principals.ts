import { agentOf, subjectNamesOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Rules } from "./rules.ts";

/** Whether the caller may call the tool at all: anyone, until somebody is granted it. */
export async function isGranted(rules: Rules, ctx: Ctx, toolId: string): Promise<boolean> {
  const grants = rules.grants.get(toolId);
  if (!grants) return true;
  // Whoever offered the tool to another tenant could grant it, and did.
  if (ctx.principal.type === "offer") {
    return ctx.principal.kind === "tool" && ctx.principal.objectId === toolId;
  }
  return (await subjectNamesOf(ctx)).some((name) => grants.has(name));
}

/** Whose calls are counted where each caller counts by itself: the agent's, else the caller's own. */
export function callerName(ctx: Ctx): string {
  const { principal } = ctx;
  const agent = agentOf(ctx);
  return agent === null ? `${principal.type}:${principal.id}` : `agent:${agent}`;
}
