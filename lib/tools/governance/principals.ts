import { subjectNamesOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Rules } from "./rules.ts";

/** Whether the caller may call the tool at all: anyone, until somebody is granted it. */
export async function isGranted(rules: Rules, ctx: Ctx, toolId: string): Promise<boolean> {
  const grants = rules.grants.get(toolId);
  if (!grants) return true;
  return (await subjectNamesOf(ctx)).some((name) => grants.has(name));
}

/** The agent that calls, as a key names it; null for callers without one. */
export function agentOf({ principal }: Ctx): string | null {
  return principal.type === "key" ? principal.agentId : null;
}

/** Whose calls are counted where each caller counts by itself: the agent's, else the caller's own. */
export function callerName(ctx: Ctx): string {
  const { principal } = ctx;
  const agent = agentOf(ctx);
  return agent === null ? `${principal.type}:${principal.id}` : `agent:${agent}`;
}
