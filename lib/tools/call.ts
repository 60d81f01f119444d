import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { recordUsage } from "#lib/usage/ledger.ts";
import { type Catalog, type CatalogTool, catalogOf } from "./catalog.ts";
import type { CallToolResult } from "./schema.ts";
import { invalidArguments, ToolError, toErrorResult } from "./tool-error.ts";

/** Which tool, by the id of the REST API or by the name that MCP clients use, and with what. */
export type ToolCall = ({ toolId: string } | { mcpName: string }) & { arguments: JsonObject };

function find(catalog: Catalog, call: ToolCall): CatalogTool {
  const byName = "mcpName" in call;
  const tool = byName ? catalog.byMcpName.get(call.mcpName) : catalog.byToolId.get(call.toolId);
  if (!tool) throw notFound("tool", byName ? call.mcpName : call.toolId);
  return tool;
}

function notRunnable({ mcpName, kind }: CatalogTool): ToolError {
  const reason =
    kind === "code"
      ? "its implementation is code, which is not supported yet"
      : "it has no implementation";
  const text = `The tool ${mcpName} cannot run: ${reason}. Register it again with an https:// address or internal:<name> as config.implementation.`;
  return new ToolError("not_runnable", text);
}

interface Outcome {
  result: CallToolResult;
  errorCode?: string;
}

async function run(
  ctx: Ctx,
  tool: CatalogTool,
  given: JsonObject,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  try {
    if (!tool.run) throw notRunnable(tool);
    const { invoke, validate } = tool.run();
    const checked = validate(given);
    if ("errors" in checked) throw invalidArguments(tool.mcpName, checked.errors);
    return { result: await invoke(ctx, checked.args, signal) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { result: toErrorResult(error), errorCode: error.code };
  }
}

/**
 * Calls one of the tenant's tools; REST and MCP do it here. Arguments are checked and defaults
 * filled in before anything is called. What goes wrong in the call is a result with `isError` that
 * says what to change. The answer waits until the call stands in the ledger. Throws `not_found`
 * for a tool that is not there, and `unavailable` when the ledger cannot be written.
 */
export async function callTool(
  ctx: Ctx,
  call: ToolCall,
  options: { signal?: AbortSignal } = {},
): Promise<CallToolResult> {
  authorize(ctx, "tools:call");
  const tool = find(await catalogOf(ctx.tenantId), call);
  const startedAt = performance.now();
  const record = (errorCode?: string) =>
    recordUsage(ctx, {
      kind: "tool_call",
      name: tool.mcpName,
      status: errorCode === undefined ? "ok" : "error",
      durationMs: performance.now() - startedAt,
      ...(errorCode === undefined ? {} : { errorCode }),
    });
  const outcome = await run(ctx, tool, call.arguments, options.signal).catch(
    async (error: unknown) => {
      await record("internal");
      throw error;
    },
  );
  await record(outcome.errorCode);
  return outcome.result;
}
