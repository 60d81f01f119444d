import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { callForResult, runMetered } from "../calls/call.ts";
import { isInputRequired } from "../calls/client.ts";
import { createTrace, type TraceEntry } from "../calls/trace.ts";
import { type CatalogTool, toEntry } from "../catalog.ts";
import { runTest } from "../governance/govern.ts";
import { rulesOf } from "../governance/rules.ts";
import { mcpNameOf } from "../mcp-name.ts";
import { columnsOf, documentOf, type ToolDocument, type ToolRow } from "../revisions/document.ts";
import { readRevision } from "../revisions/revision-row.ts";
import { checkDefinition } from "../revisions/write.ts";
import { checkId, readTool } from "../row.ts";
import type { CallOrigin } from "../runtimes/runtime.ts";
import { registerToolInput } from "../schema.ts";
import { type TestToolInput, type ToolTest, testToolInput, type WhichRevision } from "./schema.ts";

/** Tells tests from ordinary calls in the ledger, and so in its hourly sums. */
const mark = { provider: "test" };

/** What runs as the tool: `revision` is null for a definition that was never saved. */
function runnable(row: ToolRow, document: ToolDocument, revision: number | null): CatalogTool {
  const mcpName = mcpNameOf(document.name, row.toolId);
  return toEntry({ ...row, ...columnsOf(document), mcpName, publishedRevision: revision });
}

/** A revision of a tool, ready to run, whether or not it is published; throws `not_found`. */
export async function runnableRevision(
  ctx: Ctx,
  id: string,
  wanted: WhichRevision,
): Promise<CatalogTool> {
  checkId(id);
  return withTenant(ctx.tenantId, async (tx) => {
    const row = await readTool(tx, ctx, id);
    const { draftRevision, publishedRevision } = row;
    const numbers = { draft: draftRevision, published: publishedRevision };
    const revision =
      typeof wanted === "number"
        ? wanted
        : wanted === undefined
          ? (draftRevision ?? publishedRevision)
          : numbers[wanted];
    if (revision === null) {
      const why = wanted === "draft" ? "has no draft" : "was never published";
      throw new AppError("not_found", `The tool "${id}" ${why}.`);
    }
    const { document } = await readRevision(tx, ctx, id, revision);
    return runnable(row, document as ToolDocument, revision);
  });
}

async function runnableDefinition(ctx: Ctx, id: string, definition: object): Promise<CatalogTool> {
  checkId(id);
  const input = parse(registerToolInput, { ...definition, tool_id: id });
  await checkDefinition(ctx, input);
  const row = await withTenant(ctx.tenantId, (tx) => readTool(tx, ctx, id));
  return runnable(row, documentOf(input), null);
}

/** What a call used in all; null where the cost of any of it is unknown. */
function costOf(entries: readonly TraceEntry[]): number | null {
  const costs = entries.flatMap((entry) => (entry.kind === "usage" ? [entry.cost_micros] : []));
  return costs.reduce<number | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
}

/** Runs a tool as a test: metered and marked as one, with all that happened in it. */
export async function runAsTest(
  ctx: Ctx,
  tool: CatalogTool,
  args: JsonObject,
  signal: AbortSignal | undefined,
): Promise<ToolTest> {
  const trace = createTrace();
  const client = { capabilities: null, signal };
  const startedAt = performance.now();
  const origin = { client, depth: 0, trace, callTool: callForResult };
  const rules = await rulesOf(ctx.tenantId);
  const run =
    rules === null ? undefined : (billed: CallOrigin) => runTest(rules, ctx, tool, args, billed);
  const { result, errorCode } = await runMetered(ctx, tool, args, origin, mark, run);
  if (isInputRequired(result)) throw new Error("A client that cannot be asked was asked");
  const { entries } = trace;
  return {
    tool_id: tool.toolId,
    revision: tool.revision,
    result,
    error: errorCode ?? null,
    trace: [...entries],
    duration_ms: Math.round((performance.now() - startedAt) * 100) / 100,
    cost_micros: costOf(entries),
    needs_confirmation: tool.needsConfirmation,
  };
}

/** Who tries a tool writes it, and makes a real call. */
export function authorizeTest(ctx: Ctx): void {
  authorize(ctx, "tools:write");
  authorize(ctx, "tools:call");
}

/**
 * Calls a revision of a tool, its draft unless told, or a definition that is not saved, and tells
 * what happened: a real call, which the ledger has under provider `test`. Nobody is asked to confirm
 * it; what governs calls governs it too (`runTest`). Throws `invalid_request`, `not_found`,
 * `forbidden` and `rate_limited`; what goes wrong in the call is a result.
 */
export async function testTool(
  ctx: Ctx,
  id: string,
  raw: TestToolInput,
  signal?: AbortSignal,
): Promise<ToolTest> {
  authorizeTest(ctx);
  const { arguments: args, revision, definition } = parse(testToolInput, raw);
  const tool = definition
    ? await runnableDefinition(ctx, id, definition)
    : await runnableRevision(ctx, id, revision);
  return runAsTest(ctx, tool, args, signal);
}
