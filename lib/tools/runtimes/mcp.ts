import { isInputRequiredResult, type Tool } from "@modelcontextprotocol/client";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { askableOf } from "#lib/upstreams/asking/capabilities.ts";
import { type Conversation, converse, type Round } from "#lib/upstreams/asking/conversation.ts";
import { park, takeUp } from "#lib/upstreams/asking/parked.ts";
import { credentialsOf } from "#lib/upstreams/credentials.ts";
import { UpstreamError, type UpstreamErrorCode } from "#lib/upstreams/errors.ts";
import { upstreamsOf } from "#lib/upstreams/registry.ts";
import { withUpstream } from "#lib/upstreams/use.ts";
import type { LogLevel, Progress, ToolOutcome } from "../calls/client.ts";
import { ToolError, type ToolErrorCode } from "../calls/tool-error.ts";
import { type CallToolResult, callToolResult } from "../schema.ts";
import {
  passedOn,
  refuseUndone,
  roundOf,
  ticketKey,
  ticketOf,
  toDoFirst,
  toQuestions,
} from "./mcp-questions.ts";
import type { CallScope, RunnableTool, Runtime } from "./runtime.ts";

const codes: Record<UpstreamErrorCode, ToolErrorCode> = {
  unauthorized: "upstream_unauthorized",
  unavailable: "upstream_unavailable",
  rejected: "upstream_rejected",
  failed: "upstream_failed",
  timed_out: "timed_out",
  cancelled: "cancelled",
  needs_client: "needs_client",
};

/** The longest that a timer can run. */
const longestTimerMs = 2 ** 31 - 1;

interface Target {
  upstreamId: string;
  name: string;
}

/** `mcp:<upstream_id>/<name of the tool there>`. */
function parseMcpImplementation(text: string): Target | null {
  const [, upstreamId = "", name = ""] = /^mcp:([^/]+)\/(.+)$/s.exec(text) ?? [];
  return upstreamId === "" || name === "" ? null : { upstreamId, name };
}

function toToolError(error: unknown): unknown {
  if (error instanceof UpstreamError) {
    return new ToolError(codes[error.code], error.message, { cause: error });
  }
  if (error instanceof AppError && error.code === "not_found") {
    return new ToolError("upstream_unavailable", error.message, { cause: error });
  }
  return error;
}

/** What the upstream is given as its credential leaves with no answer. */
async function hideCredentials(ctx: Ctx, upstreamId: string, { secrets }: CallScope) {
  const upstream = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  if (!upstream) return;
  for (const value of await credentialsOf(ctx, upstream)) secrets.hide(value);
}

function toResult(answer: JsonObject, upstreamId: string): CallToolResult {
  const { resultType: _, ...result } = answer;
  const parsed = callToolResult.safeParse(result);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ToolError(
    "upstream_failed",
    `The upstream "${upstreamId}" answered a result that MCP does not know: ${issue?.path.join(".")}: ${issue?.message}`,
  );
}

function traceResult({ trace }: CallScope, answer: object, startedAt: number): void {
  trace?.add({
    ...{ kind: "response", status: 200, headers: {}, body: JSON.stringify(answer) },
    duration_ms: Math.round(performance.now() - startedAt),
  });
}

type Call = Conversation<JsonObject, Progress>;

function begin(
  ctx: Ctx,
  { upstreamId, name }: Target,
  { inputSchema }: RunnableTool,
  args: JsonObject,
  scope: CallScope,
  silenceMs: number,
): Call {
  const askable = askableOf(scope.client.capabilities);
  const mayAsk = Object.keys(askable).length > 0;
  const toolDefinition = { name, inputSchema: inputSchema ?? { type: "object" } } as Tool;
  const tellsProgress = mayAsk || scope.client.progress !== undefined;
  return converse(silenceMs, ({ signal, ask, progress, log }) =>
    withUpstream(
      ctx,
      upstreamId,
      async (client) =>
        (await client.callTool(
          { name, arguments: args, ...roundOf(scope) },
          {
            // The conversation knows when the silence is the upstream's.
            ...{ timeout: longestTimerMs, allowInputRequired: true, toolDefinition, signal },
            ...(tellsProgress ? { onprogress: (update) => progress(update as Progress) } : {}),
          },
        )) as unknown as JsonObject,
      { signal, log, askable, ...(mayAsk ? { ask } : {}) },
    ),
  );
}

/** What the caller hears in this round, without what is secret. */
function heard({ client: caller, secrets, trace }: CallScope): Round<Progress> {
  return {
    signal: caller.signal,
    answers: caller.inputResponses,
    progress: (update) => void caller.progress?.(update).catch(() => undefined),
    log: (level, data, logger) => {
      const said = secrets.redact({ data });
      trace?.add({ kind: "log", level: level as LogLevel, text: JSON.stringify(said.data) });
      caller.log?.(level as LogLevel, said.data, logger)?.catch(() => undefined);
    },
  };
}

async function callUpstream(
  ctx: Ctx,
  target: Target,
  tool: RunnableTool,
  args: JsonObject,
  scope: CallScope,
): Promise<ToolOutcome> {
  const { client: caller, trace } = scope;
  const { upstreamId } = target;
  const startedAt = performance.now();
  await hideCredentials(ctx, upstreamId, scope);
  const upstream = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  trace?.add({
    ...{ kind: "request", method: "tools/call", url: String(tool.config.implementation) },
    ...{ headers: {}, body: JSON.stringify(args) },
  });
  const parked = { ...target, arguments: args };
  const ticket = ticketOf(caller);
  if (!ticket) refuseUndone(caller);
  const call: Call = ticket
    ? takeUp(ctx, parked, ticket)
    : begin(ctx, target, tool, args, scope, upstream?.timeoutMs ?? 60_000);
  const next = await call.next(heard(scope));
  if ("asked" in next) {
    return toQuestions(next.asked, { [ticketKey]: park(ctx, parked, call) }, scope);
  }
  const { answer } = next;
  // An access token may have been renewed on the way.
  if (upstream?.auth.type === "oauth") await hideCredentials(ctx, upstreamId, scope);
  traceResult(scope, answer, startedAt);
  return isInputRequiredResult(answer)
    ? passedOn(answer as JsonObject, scope)
    : toResult(answer, upstreamId);
}

/** A tool of an upstream MCP server, called with what the caller may be told and asked. */
export const mcpRuntime: Runtime = (tool) => {
  const target = parseMcpImplementation(String(tool.config.implementation));
  return async (ctx, args, scope) => {
    try {
      if (!target) throw new ToolError("not_runnable", "The tool names no upstream's tool.");
      return await callUpstream(ctx, target, tool, args, scope);
    } catch (error) {
      const todo = toDoFirst(error, scope);
      if (todo) return todo;
      throw toToolError(error);
    }
  };
};
