import { agentOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { isInputRequired } from "../calls/client.ts";
import type { Outcome } from "../calls/run.ts";
import { invalidArguments, ToolError, toErrorResult } from "../calls/tool-error.ts";
import type { CatalogTool } from "../catalog.ts";
import type { InputSchema } from "../json-schema/parameters.ts";
import { type Validator, validatorOf } from "../json-schema/validator.ts";
import type { CallOrigin } from "../runtimes/runtime.ts";
import type { CallToolResult } from "../schema.ts";
import { giveApprovalBack, useApproval } from "./gate.ts";
import { type DailyCount, giveDayBack, limitsFor, takeDay, takeMinute } from "./limits.ts";
import { isGranted } from "./principals.ts";
import { keepResult, keptResult, resultPlace } from "./results.ts";
import { type Rules, rulesOf, stopOfTool, type ToolPolicy } from "./rules.ts";
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
  const reason = stopOfTool(stopped, tool);
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

/**
 * The arguments with defaults filled in, as somebody approves them; null for a tool that cannot run.
 * Those that do not fit are refused here, so that no later check can find otherwise.
 */
async function approvable(
  { tenantId }: Ctx,
  tool: CatalogTool,
  args: JsonObject,
): Promise<JsonObject | ToolError | null> {
  if (tool.listed === null) return null;
  const validate = validators.get(tool) ?? validatorOf(tool.listed.inputSchema as InputSchema);
  validators.set(tool, validate);
  const valid = await validate(tenantId, args);
  return "errors" in valid ? invalidArguments(tool.mcpName, valid.errors) : valid.args;
}

/** A call of one round, of a tool that asks nobody's word: its result may serve others. */
function mayBeKept(policy: ToolPolicy | undefined, tool: CatalogTool, origin: CallOrigin): boolean {
  if (!policy || policy.cacheTtlSeconds === null || tool.needsConfirmation) return false;
  // A kept result would outlive the revocation of the offer that it came by.
  if (tool.kind === "offer") return false;
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

/** What a definition says that nobody has saved, nobody can have looked at. */
function unapprovable(mcpName: string): ToolError {
  return new ToolError(
    "approval_required",
    `Calls of ${mcpName} are approved by somebody, and an unsaved definition cannot be. Save it as the draft and test that, or have somebody with the scope tools:govern test it.`,
  );
}

/** A call, or a test of a tool: nothing is kept of one. */
type Mode = "call" | "test" | "test by who governs";

async function govern(
  rules: Rules,
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
  mode: Mode,
): Promise<GovernedOutcome> {
  const { tenantId } = ctx;
  // Who governs the tool would enable it and approve the call: they try it as it is.
  const governs = mode === "test by who governs";
  const stop = governs ? killed(rules.stopped, ctx, tool) : stopOf(rules, ctx, tool);
  if (stop) throw stop;
  const policy = rules.policies.get(tool.toolId);
  const isApproved = !governs && needsApproval(policy, tool);
  if (isApproved && tool.revision === null) throw unapprovable(tool.mcpName);
  await takeMinute(tenantId, tool.mcpName, limitsFor(rules, ctx, tool.toolId));
  const place =
    mode === "call" && policy && mayBeKept(policy, tool, origin)
      ? resultPlace(ctx, tool, policy, args)
      : null;
  const kept = place === null ? undefined : keptResult(tenantId, place);
  if (kept) {
    await take(rules, ctx, tool, null);
    return { result: kept, fromCache: true };
  }
  const { holds, client } = origin;
  const isCapped = policy !== undefined && policy.maxConcurrent !== null;
  const leave = isCapped
    ? await takeSlot(tenantId, tool, policy, { signal: client.signal, holds })
    : undefined;
  const within = isCapped ? { ...origin, holds: new Set([...(holds ?? []), tool.toolId]) } : origin;
  try {
    const approved = isApproved ? await approvable(ctx, tool, args) : null;
    const isRefused = approved instanceof ToolError;
    const taken = await take(rules, ctx, tool, isRefused ? null : approved, origin.redact);
    if (isRefused) throw approved;
    const outcome = await tool.run(ctx, args, within);
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
  return refusalAsResult(govern(rules, ctx, tool, args, origin, "call"));
}

function refusalAsResult(outcome: Promise<GovernedOutcome>): Promise<GovernedOutcome> {
  return outcome.catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    return { result: toErrorResult(error), errorCode: error.code };
  });
}

/**
 * Runs a tool as a test: all that governs a call governs it. Who may govern tools tries one also
 * where it is disabled, and without an approval. Throws `forbidden` to whom it is not granted.
 */
export async function runTest(
  rules: Rules,
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
): Promise<GovernedOutcome> {
  if (!(await isGranted(rules, ctx, tool.toolId))) {
    throw new AppError(
      "forbidden",
      `The tool "${tool.toolId}" is granted to others, and a test is a call. Have it granted to you as well.`,
    );
  }
  const mode = ctx.permissions.has("tools:govern") ? "test by who governs" : "test";
  return refusalAsResult(govern(rules, ctx, tool, args, origin, mode));
}
