import { agentOf } from "#lib/auth/grantees.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { isInputRequired } from "../calls/client.ts";
import type { Outcome } from "../calls/run.ts";
import { ToolError, toErrorResult } from "../calls/tool-error.ts";
import type { CatalogTool } from "../catalog.ts";
import type { InputSchema } from "../json-schema/parameters.ts";
import { type Validator, validatorOf } from "../json-schema/validator.ts";
import type { CallOrigin } from "../runtimes/runtime.ts";
import type { CallToolResult } from "../schema.ts";
import { giveApprovalBack, useApproval } from "./gate.ts";
import { type DailyCount, giveDayBack, limitsFor, takeDay, takeMinute } from "./limits.ts";
import { keepResult, keptResult, resultPlace } from "./results.ts";
import { type Rules, rulesOf, type ToolPolicy } from "./rules.ts";
import { takeSlot } from "./slots.ts";

/** What a governed call came to, and whether an earlier one's result answered it. */
export interface GovernedOutcome extends Outcome {
  fromCache?: true;
}

/** Why no call of this tool by this caller is let through now; null where it is. */
export function stopOf({ policies, stopped }: Rules, ctx: Ctx, tool: CatalogTool) {
  const policy = policies.get(tool.toolId);
  if (policy && !policy.enabled) {
    const why = policy.disabledReason ? `: ${policy.disabledReason}` : ".";
    return new ToolError("tool_disabled", `The tool ${tool.mcpName} is disabled${why}`);
  }
  return killed(stopped, ctx, tool);
}

/** Why nothing is called by this caller now, of whatever tool; null where something may be. */
function stopOfCaller(stopped: Rules["stopped"], ctx: Ctx): ToolError | null {
  const agent = agentOf(ctx);
  const [what, reason] = [
    ["All tools of this tenant are", stopped.get("tenant ")],
    [`The agent ${agent} is`, agent === null ? undefined : stopped.get(`agent ${agent}`)],
  ].find((each) => each[1] !== undefined) ?? [null];
  return what === null ? null : new ToolError("stopped", `${what} stopped: ${reason}`);
}

function killed(stopped: Rules["stopped"], ctx: Ctx, tool: CatalogTool): ToolError | null {
  if (stopped.size === 0) return null;
  const all = stopOfCaller(stopped, ctx);
  const reason = stopped.get(`tool ${tool.toolId}`);
  if (all || reason === undefined) return all;
  return new ToolError("stopped", `The tool ${tool.mcpName} is stopped: ${reason}`);
}

/** The answer to a call of one of the platform's own tools where the caller is stopped; else null. */
export async function refuseStopped(ctx: Ctx): Promise<CallToolResult | null> {
  const stop = stopOfCaller((await rulesOf(ctx.tenantId))?.stopped ?? new Map(), ctx);
  return stop && toErrorResult(stop);
}

/** Whether somebody's approval is needed: `destructive` goes by the tool's own hint. */
export function needsApproval(policy: ToolPolicy | undefined, tool: CatalogTool): boolean {
  if (!policy || policy.approval === "never") return false;
  return policy.approval === "always" || tool.listed?.annotations?.destructiveHint === true;
}

const validators = new WeakMap<CatalogTool, Validator>();

/** The arguments with defaults filled in; null for those that the tool will refuse by itself. */
function acceptable(tool: CatalogTool, args: JsonObject): JsonObject | null {
  if (tool.listed === null) return null;
  const validate = validators.get(tool) ?? validatorOf(tool.listed.inputSchema as InputSchema);
  validators.set(tool, validate);
  const valid = validate(args);
  return "errors" in valid ? null : valid.args;
}

/** A call of one round, of a tool that asks nobody's word: its result may serve others. */
function mayBeKept(policy: ToolPolicy | undefined, tool: CatalogTool, origin: CallOrigin): boolean {
  if (!policy || policy.cacheTtlSeconds === null || tool.needsConfirmation) return false;
  return origin.client.inputResponses === undefined && !needsApproval(policy, tool);
}

/** What a call took that only a call may take. */
interface Taken {
  approvalId?: string;
  day?: DailyCount;
}

async function giveBack(ctx: Ctx, { approvalId, day }: Taken): Promise<void> {
  if (approvalId !== undefined) await giveApprovalBack(ctx, approvalId);
  if (day) await giveDayBack(ctx.tenantId, day);
}

async function take(
  rules: Rules,
  ctx: Ctx,
  tool: CatalogTool,
  approved: JsonObject | null,
  redact?: CallOrigin["redact"],
): Promise<Taken> {
  const taken: Taken = {};
  if (approved) taken.approvalId = await useApproval(ctx, tool, approved, redact);
  try {
    const applied = limitsFor(rules, ctx, tool.toolId);
    const day = await takeDay(ctx.tenantId, tool.mcpName, applied);
    return day ? { ...taken, day } : taken;
  } catch (error) {
    await giveBack(ctx, taken);
    throw error;
  }
}

async function govern(
  rules: Rules,
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
): Promise<GovernedOutcome> {
  const { tenantId } = ctx;
  const stop = stopOf(rules, ctx, tool);
  if (stop) throw stop;
  const policy = rules.policies.get(tool.toolId);
  await takeMinute(tenantId, tool.mcpName, limitsFor(rules, ctx, tool.toolId));
  const place =
    policy && mayBeKept(policy, tool, origin) ? resultPlace(ctx, tool, policy, args) : null;
  const kept = place === null ? undefined : keptResult(tenantId, place);
  if (kept) {
    await take(rules, ctx, tool, null);
    return { result: kept, fromCache: true };
  }
  const leave = policy ? await takeSlot(tenantId, tool, policy, origin.client.signal) : undefined;
  try {
    const approved = needsApproval(policy, tool) ? acceptable(tool, args) : null;
    const taken = await take(rules, ctx, tool, approved, origin.redact);
    const outcome = await tool.run(ctx, args, origin);
    const { result, errorCode } = outcome;
    // A question to the client is no call yet: the call that brings the answers is.
    if (isInputRequired(result)) await giveBack(ctx, taken);
    else if (place !== null && policy?.cacheTtlSeconds && !errorCode && !result.isError) {
      keepResult(tenantId, place, result, policy.cacheTtlSeconds);
    }
    return outcome;
  } finally {
    leave?.();
  }
}

/**
 * Runs a tool under the tenant's rules, in this order: is it stopped, the limits a minute, a kept
 * result, a free slot, the approval, the limits a day. What is refused is an outcome that says
 * why; throws `rate_limited` (429) past a limit, and `limit_exceeded` where too many calls wait
 * for approval.
 */
export async function runGoverned(
  rules: Rules,
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
): Promise<GovernedOutcome> {
  try {
    return await govern(rules, ctx, tool, args, origin);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { result: toErrorResult(error), errorCode: error.code };
  }
}

/**
 * Runs a tool as a test: kill switches and limits hold for it as for any call. Whoever writes the
 * tool tries it also where it is disabled or granted to others, and nothing is kept of it.
 */
export async function runStoppable(
  rules: Rules,
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
): Promise<GovernedOutcome> {
  const stop = killed(rules.stopped, ctx, tool);
  if (stop) return { result: toErrorResult(stop), errorCode: stop.code };
  await takeMinute(ctx.tenantId, tool.mcpName, limitsFor(rules, ctx, tool.toolId));
  await take(rules, ctx, tool, null);
  return tool.run(ctx, args, origin);
}
