import { isInputRequiredResult, type Tool } from "@modelcontextprotocol/client";
import type { InputRequest } from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { UpstreamError, type UpstreamErrorCode } from "#lib/upstreams/errors.ts";
import { oauthProviderFor } from "#lib/upstreams/oauth/provider.ts";
import { upstreamsOf } from "#lib/upstreams/registry.ts";
import { credentialHeaders } from "#lib/upstreams/transport.ts";
import { withUpstream } from "#lib/upstreams/use.ts";
import type { InputRequired, LogLevel, Progress, ToolOutcome } from "../calls/client.ts";
import { ToolError, type ToolErrorCode } from "../calls/tool-error.ts";
import { type CallToolResult, callToolResult } from "../schema.ts";
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

/** `mcp:<upstream_id>/<name of the tool there>`. */
function parseMcpImplementation(text: string): { upstreamId: string; name: string } | null {
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
async function hideCredentials(
  ctx: Ctx,
  upstreamId: string,
  { secrets }: CallScope,
): Promise<void> {
  const upstream = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  if (!upstream) return;
  if (upstream.auth.type === "oauth") {
    const provider = await oauthProviderFor(ctx, upstream);
    // Why there is no token the call itself says.
    const token = await provider.token().catch(() => undefined);
    if (token) secrets.hide(token);
    return;
  }
  for (const value of Object.values(await credentialHeaders(upstream))) {
    secrets.hide(value.replace(/^Bearer /, ""));
  }
}

/** What an upstream asks goes on to our client; its state comes back with the answers. */
function toInputRequired(asked: JsonObject): InputRequired {
  const { inputRequests, requestState } = asked;
  return {
    inputRequests: (isJsonObject(inputRequests) ? inputRequests : {}) as Record<
      string,
      InputRequest
    >,
    state: typeof requestState === "string" ? { upstream: requestState } : {},
  };
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

/** What goes along with the arguments in a further round of a call that was asked something. */
function roundOf({ client: { inputResponses, requestState } }: CallScope): JsonObject {
  if (!inputResponses && !requestState) return {};
  return {
    ...(inputResponses ? { inputResponses } : {}),
    ...(typeof requestState?.upstream === "string" ? { requestState: requestState.upstream } : {}),
  };
}

function traceResult({ trace }: CallScope, answer: object, startedAt: number): void {
  trace?.add({
    ...{ kind: "response", status: 200, headers: {}, body: JSON.stringify(answer) },
    duration_ms: Math.round(performance.now() - startedAt),
  });
}

async function callUpstream(
  ctx: Ctx,
  { upstreamId, name }: { upstreamId: string; name: string },
  { config, inputSchema }: RunnableTool,
  args: JsonObject,
  scope: CallScope,
): Promise<ToolOutcome> {
  const { client: caller, trace } = scope;
  const startedAt = performance.now();
  await hideCredentials(ctx, upstreamId, scope);
  const upstream = (await upstreamsOf(ctx.tenantId)).get(upstreamId);
  const timeout = upstream?.timeoutMs ?? 60_000;
  trace?.add({
    ...{ kind: "request", method: "tools/call", url: String(config.implementation), headers: {} },
    body: JSON.stringify(args),
  });
  const definition = { name, inputSchema: inputSchema ?? { type: "object" } } as Tool;
  const answer = await withUpstream(
    ctx,
    upstreamId,
    (client) =>
      client.callTool(
        { name, arguments: args, ...roundOf(scope) },
        {
          ...{ timeout, resetTimeoutOnProgress: true, allowInputRequired: true },
          toolDefinition: definition,
          ...(caller.signal ? { signal: caller.signal } : {}),
          ...(caller.progress
            ? {
                onprogress: (update) =>
                  void caller.progress?.(update as Progress).catch(() => undefined),
              }
            : {}),
        },
      ),
    {
      signal: caller.signal,
      log: (level, data, logger) => {
        const said = scope.secrets.redact({ data });
        trace?.add({ kind: "log", level: level as LogLevel, text: JSON.stringify(said.data) });
        caller.log?.(level as LogLevel, said.data, logger)?.catch(() => undefined);
      },
    },
  );
  // An access token may have been renewed on the way.
  if (upstream?.auth.type === "oauth") await hideCredentials(ctx, upstreamId, scope);
  traceResult(scope, answer, startedAt);
  if (isInputRequiredResult(answer)) return toInputRequired(answer as unknown as JsonObject);
  return toResult(answer as unknown as JsonObject, upstreamId);
}

/** A tool of an upstream MCP server, called with what the caller may be told and asked. */
export const mcpRuntime: Runtime = (tool) => {
  const target = parseMcpImplementation(String(tool.config.implementation));
  return async (ctx, args, scope) => {
    try {
      if (!target) throw new ToolError("not_runnable", "The tool names no upstream's tool.");
      return await callUpstream(ctx, target, tool, args, scope);
    } catch (error) {
      throw toToolError(error);
    }
  };
};
