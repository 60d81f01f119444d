import {
  EgressError,
  type EgressPolicy,
  type EgressResponse,
  egressFetch,
} from "#lib/core/egress.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { secretMask } from "#lib/core/secrets.ts";
import type { CallSecrets } from "../calls/call-secrets.ts";
import type { Progress } from "../calls/client.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CallTrace } from "../calls/trace.ts";
import { type HttpConfig, httpConfig } from "../config/http-config.ts";
import type { RunnableTool } from "../runtimes/runtime.ts";
import type { CallToolResult } from "../schema.ts";
import { formatOf, textOf, toToolResult } from "./answer.ts";
import { withCredential } from "./credentials.ts";
import { type EndpointRequest, planRequest } from "./request.ts";
import { type Retrying, withRetries } from "./retry.ts";
import { selectorOf } from "./select.ts";
import { fetchStreaming } from "./stream.ts";

function toToolError(error: unknown): unknown {
  if (error instanceof EgressError) {
    if (error.code === "egress_aborted")
      return new ToolError("cancelled", "The call was cancelled.");
    const hint =
      error.code === "egress_too_large"
        ? " Ask it for less, or raise config.response.max_bytes."
        : "";
    const text = `The tool's endpoint could not be called: ${error.message}.${hint}`;
    return new ToolError(error.code, text, { cause: error });
  }
  const aborted = error instanceof Error && error.name === "AbortError";
  return aborted ? new ToolError("cancelled", "The call was cancelled.") : error;
}

/** One call of an endpoint: for whom, what it may reach, and who hears of it. */
export interface EndpointCall extends Retrying {
  tenantId: string;
  policy: EgressPolicy;
  requestId: string;
  args: JsonObject;
  secrets: CallSecrets;
  trace?: CallTrace | undefined;
  /** Told of each part of a streaming answer. */
  progress?: ((update: Progress) => Promise<void>) | undefined;
}

/** Header values that a tenant wrote may be credentials even where no secret is named. */
function traceRequest(trace: CallTrace, request: EndpointRequest, own: HttpConfig["headers"]) {
  const hidden = new Set([...Object.keys(own).map((name) => name.toLowerCase()), "authorization"]);
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name, hidden.has(name) ? secretMask : value] as const,
  );
  const { method = "", url, body } = request;
  trace.add({
    ...{ kind: "request", method, url: url.href },
    headers: Object.fromEntries(headers),
    body: typeof body === "string" ? body : null,
  });
}

function traceResponse(trace: CallTrace, answer: EgressResponse): void {
  trace.add({
    kind: "response",
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: textOf(answer),
    duration_ms: answer.durationMs,
  });
}

/**
 * Reads a tool's config and answers how to call its endpoint: arguments go where the config's
 * templates put them, else as JSON, or in the query where no body goes. A call that fails throws
 * `ToolError`.
 */
export function endpointOf({
  mcpName,
  config: given,
}: RunnableTool): (call: EndpointCall) => Promise<CallToolResult> {
  const config = parse(httpConfig, given);
  const { auth, response, headers: own } = config;
  const plan = planRequest(String(given.implementation), config, mcpName);
  const select = response.select === undefined ? undefined : selectorOf(response.select);
  const secretHeaders = [...Object.keys(own), ...(auth.type === "api_key" ? [auth.name] : [])];

  const format = formatOf(response.type, "") ?? undefined;
  const byLine = plan.secretNames.size > 0 || auth.type !== "none";

  async function send(
    request: EndpointRequest,
    { policy, requestId, signal, trace, progress, secrets }: EndpointCall,
    timeoutMs: number,
  ): Promise<EgressResponse> {
    if (trace) traceRequest(trace, request, own);
    const { url, headers, ...rest } = request;
    const sent = {
      ...rest,
      ...{ timeoutMs, maxBytes: response.max_bytes, secretHeaders, secretBody: plan.secretBody },
      headers: { ...headers, "x-request-id": requestId },
      ...(signal ? { signal } : {}),
    };
    const answer = await (response.stream
      ? fetchStreaming(url.href, sent, policy, { progress, redact: secrets.redact, byLine, format })
      : egressFetch(url.href, sent, policy));
    if (trace) traceResponse(trace, answer);
    return answer;
  }

  return async (call) => {
    const values = new Map<string, string>();
    for (const name of plan.secretNames) values.set(name, await call.secrets.get(name));
    const bare = plan.build({ args: call.args, secrets: values });
    try {
      const attempt = async (timeoutMs: number) => {
        const deadline = performance.now() + timeoutMs;
        const left = () => Math.max(1, Math.ceil(deadline - performance.now()));
        const signed = (refused?: string) =>
          withCredential(bare, auth, { ...call, timeoutMs: left() }, refused);
        const { request, token } = await signed();
        const answer = await send(request, call, left());
        if (token === undefined || answer.status !== 401) return answer;
        // The token may have been revoked before its end: one more, with a new one.
        const again = await signed(token);
        return send(again.request, call, left());
      };
      const answer = await withRetries(config, call, attempt);
      return await toToolResult(answer, {
        ...{ mcpName, type: response.type },
        ...(select ? { select: (value: unknown) => select(call.tenantId, value) } : {}),
      });
    } catch (error) {
      throw toToolError(error);
    }
  };
}
