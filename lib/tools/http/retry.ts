import { setTimeout as wait } from "node:timers/promises";
import { EgressError } from "#lib/core/egress.ts";
import { isJsonObject } from "#lib/core/json.ts";
import type { HttpConfig } from "../config/http-config.ts";

/** RFC 9110, section 9.2.2. */
const idempotentMethods = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const passingStatuses = new Set([429, 502, 503, 504]);
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

/** How long the endpoint asks to be left alone (RFC 9110, section 10.2.3); 0 where it does not say. */
function askedPauseMs(headers: Headers): number {
  const said = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,6}$/.test(said)) return Number(said) * 1000;
  const at = Date.parse(said);
  return Number.isNaN(at) ? 0 : Math.max(0, at - Date.now());
}

/** An answer as far as it decides whether to try again. */
interface Answer {
  status: number;
  headers: Headers;
}

export interface Retrying {
  signal?: AbortSignal | undefined;
  /** Told of an attempt that failed, before the next one. */
  onRetry?: ((failed: { attempt: number; attempts: number }) => Promise<void>) | undefined;
}

/** Runs `attempt` until it answers, cannot be tried again, or the time is up. */
export async function withRetries<A extends Answer>(
  { method, retries, timeout_ms }: Pick<HttpConfig, "method" | "retries" | "timeout_ms">,
  { signal, onRetry }: Retrying,
  attempt: (timeoutMs: number) => Promise<A>,
): Promise<A> {
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
    const own = Math.min(pauseMs, longestPauseMs) * (0.5 + Math.random() / 2);
    const pause = "answer" in outcome ? Math.max(own, askedPauseMs(outcome.answer.headers)) : own;
    if (!again || left === 0 || performance.now() + pause >= deadline) {
      if ("error" in outcome) throw outcome.error;
      return outcome.answer;
    }
    await onRetry?.({ attempt: retries - left + 1, attempts: retries + 1 });
    await wait(pause, undefined, signal ? { signal } : {});
  }
}
