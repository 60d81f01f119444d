import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { catalogOf } from "../catalog.ts";
import { checkId, readTool } from "../row.ts";
import { needsApproval, stopOf } from "./govern.ts";
import { readGrants } from "./grants.ts";
import { readPolicy } from "./policies.ts";
import { isGranted } from "./principals.ts";
import { rulesOf } from "./rules.ts";
import type { ToolAccess, ToolLimitView } from "./schema.ts";
import { readSwitchesOf } from "./switches.ts";
import { readLimitsOf } from "./tool-limits.ts";
import { refuseUngranted } from "./visibility.ts";

function limitLine({ tool_id, agent_id, calls_per_minute, calls_per_day }: ToolLimitView): string {
  const counts = [
    ...(calls_per_minute === null ? [] : [`${calls_per_minute} calls a minute`]),
    ...(calls_per_day === null ? [] : [`${calls_per_day} calls a day (UTC)`]),
  ].join(" and ");
  const who =
    agent_id === null
      ? "all callers together"
      : agent_id === "*"
        ? "each caller by itself"
        : `the agent ${agent_id}`;
  return `At most ${counts}, for ${who}${tool_id === null ? ", over every tool of the tenant" : ""}.`;
}

type Facts = Omit<ToolAccess, "summary" | "you" | "mcp_name" | "tool_id">;

function summaryOf({ policy, open_to, grants, stopped, needs_approval, limits }: Facts): string[] {
  const lines: string[] = [];
  if (!policy.enabled)
    lines.push(`It is disabled: ${policy.disabled_reason ?? "no reason given"}.`);
  for (const { scope, target_id, reason } of stopped) {
    const what =
      scope === "tenant" ? "All tools of the tenant are" : `The ${scope} ${target_id} is`;
    lines.push(`${what} stopped: ${reason}`);
  }
  lines.push(
    open_to === "tenant"
      ? "Anyone of the tenant who may call tools may call it."
      : `Only these may call it, and nobody else sees it: ${grants.map(({ type, id }) => `${type} ${id}`).join(", ")}.`,
  );
  if (needs_approval) lines.push("Each call waits until somebody else has approved it.");
  else if (policy.approval === "destructive") {
    lines.push(
      "Calls would need approval if the tool declared destructiveHint, which it does not.",
    );
  }
  lines.push(...limits.map(limitLine));
  const { max_concurrent, max_queue, max_queue_ms, cache_ttl_seconds, cache_scope } = policy;
  if (max_concurrent !== null) {
    const queue = max_queue > 0 ? `, ${max_queue} more wait for up to ${max_queue_ms} ms` : "";
    lines.push(`At most ${max_concurrent} run at a time in each process${queue}.`);
  }
  if (cache_ttl_seconds !== null) {
    const whose = cache_scope === "tenant" ? "anyone of the tenant" : "the same caller";
    lines.push(`A result serves ${whose} for ${cache_ttl_seconds} s, for the same arguments.`);
  }
  return lines;
}

/** Who can call a tool, why, and how often, as it stands now. Throws `not_found`. */
export async function getAccess(ctx: Ctx, toolId: string): Promise<ToolAccess> {
  authorize(ctx, "tools:read");
  checkId(toolId);
  await refuseUngranted(ctx, toolId);
  const [catalog, rules] = await Promise.all([catalogOf(ctx.tenantId), rulesOf(ctx.tenantId)]);
  const tool = catalog.byToolId.get(toolId);
  const { facts, mcpName } = await withTenant(ctx.tenantId, async (tx) => {
    const row = await readTool(tx, ctx, toolId);
    const { open_to, grants } = await readGrants(tx, ctx, toolId);
    const stopped = await readSwitchesOf(tx, ctx, row);
    const policy = await readPolicy(tx, ctx, toolId);
    const needs_approval = tool !== undefined && needsApproval(rules?.policies.get(toolId), tool);
    const limits = await readLimitsOf(tx, ctx, toolId);
    return {
      mcpName: row.mcpName,
      facts: { open_to, grants, stopped, policy, needs_approval, limits },
    };
  });
  const you = async (): Promise<ToolAccess["you"]> => {
    if (!ctx.permissions.has("tools:call")) {
      return { may_call: false, reason: "Your credential lacks the scope tools:call." };
    }
    if (rules && !(await isGranted(rules, ctx, toolId))) {
      return { may_call: false, reason: "You are not among those whom the tool is granted to." };
    }
    if (!tool) return { may_call: false, reason: "The tool is not published." };
    const stop = rules && stopOf(rules, ctx, tool);
    if (stop) return { may_call: false, reason: stop.message };
    const approved = facts.needs_approval ? ", once the call is approved" : "";
    return { may_call: true, reason: `You may call it${approved}.` };
  };
  return {
    tool_id: toolId,
    mcp_name: mcpName,
    summary: summaryOf(facts),
    ...facts,
    you: await you(),
  };
}
