import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { recordUsage, type UsageEvent } from "#lib/usage/ledger.ts";
import { type Catalog, type CatalogTool, catalogOf } from "./catalog.ts";
import { isInputRequired, type ToolClient, type ToolOutcome } from "./client.ts";
import { refuseCall } from "./refuse-call.ts";
import type { Outcome } from "./run.ts";
import type { CallOrigin, ToolCall } from "./runtimes/runtime.ts";
import type { CallToolResult } from "./schema.ts";

async function find(ctx: Ctx, catalog: Catalog, call: ToolCall): Promise<CatalogTool> {
  const tool =
    "mcpName" in call ? catalog.byMcpName.get(call.mcpName) : catalog.byToolId.get(call.toolId);
  if (!tool) return refuseCall(ctx, call);
  if (call.kind !== undefined && tool.kind !== call.kind) throw notFound("tool", tool.mcpName);
  return tool;
}

/** Runs a tool and writes it to the ledger; `mark` tells such events from ordinary calls. */
export async function runMetered(
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  origin: CallOrigin,
  mark: Pick<UsageEvent, "provider"> = {},
): Promise<Outcome> {
  const startedAt = performance.now();
  const record = (errorCode?: string) =>
    recordUsage(ctx, {
      kind: "tool_call",
      name: tool.mcpName,
      status: errorCode === undefined ? "ok" : "error",
      durationMs: performance.now() - startedAt,
      ...(errorCode === undefined ? {} : { errorCode }),
      ...mark,
    });
  const outcome = await tool.run(ctx, args, origin).catch(async (error: unknown) => {
    await record("internal");
    throw error;
  });
  if (!isInputRequired(outcome.result)) await record(outcome.errorCode);
  return outcome;
}

async function callFrom(ctx: Ctx, call: ToolCall, origin: CallOrigin): Promise<ToolOutcome> {
  authorize(ctx, "tools:call");
  const tool = await find(ctx, await catalogOf(ctx.tenantId), call);
  return (await runMetered(ctx, tool, call.arguments, origin)).result;
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
