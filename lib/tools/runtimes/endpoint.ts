import { setTimeout as wait } from "node:timers/promises";
import {
  EgressError,
  type EgressPolicy,
  type EgressResponse,
  egressFetch,
} from "#lib/core/egress.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { parse } from "#lib/core/parse.ts";
import { type HttpConfig, httpConfig } from "../http-config.ts";
import type { CallToolResult } from "../schema.ts";
import { ToolError } from "../tool-error.ts";
import { toToolResult } from "./endpoint-answer.ts";
import type { RunnableTool } from "./runtime.ts";

const accept = "application/json, text/plain;q=0.9, */*;q=0.8";
const largestAnswer = 5 * 1024 * 1024;
const queryMethods = new Set(["GET", "HEAD", "DELETE"]);
/** RFC 9110, section 9.2.2. */
const idempotentMethods = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const passingStatuses = new Set([502, 503, 504]);
/** Causes that leave no doubt: the request was never sent. */
const neverSent = new Set([
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** The arguments in the query: scalars as they are, lists repeated, the rest as JSON. */
function withQuery(address: string, args: JsonObject): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(args)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null || one === undefined) continue;
      url.searchParams.append(name, typeof one === "object" ? JSON.stringify(one) : String(one));
    }
  }
  return url.href;
}

function canRetryError(error: unknown, method: string): boolean {
  if (!(error instanceof EgressError) || error.code !== "egress_unreachable") {
    return causeCode(error) === "UND_ERR_CONNECT_TIMEOUT";
  }
  return idempotentMethods.has(method) || neverSent.has(causeCode(error));
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return isJsonObject(cause) && typeof cause.code === "string" ? cause.code : "";
}

/** Runs `attempt` until it answers, cannot be tried again, or the time is up. */
async function withRetries(
  { method, retries, timeout_ms }: HttpConfig,
  { signal, onRetry }: Pick<EndpointCall, "signal" | "onRetry">,
  attempt: (timeoutMs: number) => Promise<EgressResponse>,
): Promise<EgressResponse> {
  const deadline = performance.now() + timeout_ms;
  for (let left = retries, pauseMs = firstPauseMs; ; left--, pauseMs *= 2) {
    const outcome = await attempt(Math.max(1, Math.ceil(deadline - performance.now()))).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    const again =
      "error" in outcome
        ? canRetryError(outcome.error, method)
        : idempotentMethods.has(method) && passingStatuses.has(outcome.answer.status);
    // Half of the pause is random, so that callers do not come back all at once.
    const pause = Math.min(pauseMs, longestPauseMs) * (0.5 + Math.random() / 2);
    if (!again || left === 0 || performance.now() + pause >= deadline) {
      if ("error" in outcome) throw outcome.error;
      return outcome.answer;
    }
    await onRetry?.({ attempt: retries - left + 1, attempts: retries + 1 });
    await wait(pause, undefined, signal ? { signal } : {});
  }
}

function toToolError(error: unknown): unknown {
  if (error instanceof EgressError) {
    if (error.code === "egress_aborted")
      return new ToolError("cancelled", "The call was cancelled.");
    const text = `The tool's endpoint could not be called: ${error.message}.`;
    return new ToolError(error.code, text, { cause: error });
  }
  const aborted = error instanceof Error && error.name === "AbortError";
  return aborted ? new ToolError("cancelled", "The call was cancelled.") : error;
}

/** One call of an endpoint: what it may reach, and what it is told of the request behind it. */
export interface EndpointCall {
  policy: EgressPolicy;
  requestId: string;
  args: JsonObject;
  signal?: AbortSignal | undefined;
  /** Told of an attempt that failed, before the next one. */
  onRetry?(failed: { attempt: number; attempts: number }): Promise<void>;
}

/**
 * Reads a tool's config and answers how to call its endpoint: the arguments go as JSON, or in the
 * query where no body goes. A call that fails throws `ToolError`.
 */
export function endpointOf({
  mcpName,
  config: given,
}: RunnableTool): (call: EndpointCall) => Promise<CallToolResult> {
  const address = String(given.implementation).trim();
  const config = parse(httpConfig, given);
  const { method } = config;
  const inQuery = queryMethods.has(method);
  const type: Record<string, string> = inQuery ? {} : { "content-type": "application/json" };
  const own = Object.entries(config.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const headers: Record<string, string> = { accept, ...type, ...Object.fromEntries(own) };

  return async ({ policy, requestId, args, signal, onRetry }) => {
    const url = inQuery ? withQuery(address, args) : address;
    const request = {
      method,
      headers: { ...headers, "x-request-id": requestId },
      maxBytes: largestAnswer,
      secretHeaders: Object.keys(config.headers),
      ...(inQuery ? {} : { body: JSON.stringify(args) }),
      ...(signal ? { signal } : {}),
    };
    try {
      const told = { signal, ...(onRetry ? { onRetry } : {}) };
      const answer = await withRetries(config, told, (timeoutMs) =>
        egressFetch(url, { ...request, timeoutMs }, policy),
      );
      return toToolResult(answer, mcpName);
    } catch (error) {
      throw toToolError(error);
    }
  };
}
