import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { entriesOf } from "#lib/offers/settle.ts";
import { recordTogether, recordUsage, type UsageEvent } from "#lib/usage/ledger.ts";
import { type Catalog, type CatalogTool, catalogOf } from "../catalog.ts";
import { type GovernedOutcome, runGoverned } from "../governance/govern.ts";
import { isGranted } from "../governance/principals.ts";
import { type Rules, rulesOf } from "../governance/rules.ts";
import type { Bill, CallOrigin, ToolCall } from "../runtimes/runtime.ts";
import type { CallToolResult } from "../schema.ts";
import { isInputRequired, type ToolClient, type ToolOutcome } from "./client.ts";
import { refuseCall } from "./refuse-call.ts";

/** A tool that the caller was not granted is to them like one that is not there. */
async function find(
  ctx: Ctx,
  catalog: Catalog,
  rules: Rules | null,
  call: ToolCall,
): Promise<CatalogTool> {
  const tool =
    "mcpName" in call ? catalog.byMcpName.get(call.mcpName) : catalog.byToolId.get(call.toolId);
  if (!tool) return refuseCall(ctx, call, rules);
  // What was received is not passed on, so that no circle of offers can come about.
  const isPassedOn = ctx.principal.type === "offer" && tool.kind === "offer";
  const isOther = isPassedOn || (call.kind !== undefined && tool.kind !== call.kind);
  if (isOther || (rules !== null && !(await isGranted(rules, ctx, tool.toolId)))) {
    throw notFound("tool", "mcpName" in call ? call.mcpName : call.toolId);
  }
  return tool;
}

/** Runs a tool and writes it to the ledger; `mark` tells such events from ordinary calls. */
export async function runMetered(
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
  mark: Pick<UsageEvent, "provider"> = {},
  run: (billed: CallOrigin) => Promise<GovernedOutcome> = (billed) => tool.run(ctx, args, billed),
): Promise<GovernedOutcome> {
  const startedAt = performance.now();
  const bill: Bill = {};
  const write = async (event: UsageEvent) => {
    const { settlement } = bill;
    if (origin.settle) origin.settle(event);
    else if (settlement) await recordTogether(entriesOf({ ctx, event }, settlement));
    else await recordUsage(ctx, event);
  };
  const record = (errorCode?: string, quantity = 1) =>
    write({
      kind: "tool_call",
      name: tool.mcpName,
      status: errorCode === undefined ? "ok" : "error",
      durationMs: performance.now() - startedAt,
      quantity,
      ...(errorCode === undefined ? {} : { errorCode }),
      ...mark,
    });
  const outcome = await run({ ...origin, bill }).catch(async (error: unknown) => {
    await record(error instanceof AppError ? error.code : "internal");
    throw error;
  });
  // A kept result is a call of the quantity 0: nothing was run for it.
  const quantity = outcome.fromCache ? 0 : 1;
  if (!isInputRequired(outcome.result)) await record(outcome.errorCode, quantity);
  return outcome;
}

async function callFrom(ctx: Ctx, call: ToolCall, origin: CallOrigin): Promise<ToolOutcome> {
  authorize(ctx, "tools:call");
  const [catalog, rules] = await Promise.all([catalogOf(ctx.tenantId), rulesOf(ctx.tenantId)]);
  const tool = await find(ctx, catalog, rules, call);
  const args = call.arguments;
  const run =
    rules === null
      ? undefined
      : (billed: CallOrigin) => runGoverned(rules, ctx, tool, args, billed);
  return (await runMetered(ctx, tool, args, origin, {}, run)).result;
}

/** A call that hears nothing but its result; what a running tool calls others by. */
export async function callForResult(
  ctx: Ctx,
  call: ToolCall,
  origin: CallOrigin,
): Promise<CallToolResult> {
  const outcome = await callFrom(ctx, call, origin);
  if (isInputRequired(outcome)) throw new Error("A client that cannot be asked was asked");
  return outcome;
}

/**
 * Calls one of the tenant's tools for a client that can be told and asked things meanwhile; REST,
 * MCP and tasks do it here. Arguments are checked and defaults filled in before anything is called.
 * What goes wrong in the call is a result with `isError` that says what to change. The answer waits
 * until the call stands in the ledger. `InputRequired` is no call yet: call again with the client's
 * answers. Throws `not_found` for a tool that is not there or not live, and `unavailable` when the ledger
 * cannot be written.
 */
export function callToolFor(ctx: Ctx, call: ToolCall, client: ToolClient): Promise<ToolOutcome> {
  return callFrom(ctx, call, { client, depth: 0, callTool: callForResult });
}

/** The same for a caller that hears nothing but the result. */
export function callTool(
  ctx: Ctx,
  call: ToolCall,
  options: { signal?: AbortSignal } = {},
): Promise<CallToolResult> {
  const client = { capabilities: null, ...options };
  return callForResult(ctx, call, { client, depth: 0, callTool: callForResult });
}
