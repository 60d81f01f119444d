import { EgressError, type EgressPolicy, guardedFetch } from "#lib/core/egress.ts";
import { secretMask } from "#lib/core/secrets.ts";

/** One request to a provider or its answer, for whoever tests a tool. */
export type Exchange =
  | { kind: "request"; method: string; url: string; headers: Record<string, string>; body: string }
  | {
      kind: "response";
      status: number;
      headers: Record<string, string>;
      body: string;
      duration_ms: number;
    };

const largestAnswer = 16 * 1024 * 1024;

/** All that may be sent: the libraries add headers of their own, some out of the environment. */
const sentHeaders = ["accept", "content-type", "anthropic-version"];

export interface GuardedClient {
  fetch: typeof fetch;
  /** Aborted by a refusal that trying again would not change; its reason is the refusal. */
  refused: AbortSignal;
}

/** `fetch` for a provider's library: guarded, with the tenant's key and nothing of this process. */
export function guardedClient(
  policy: EgressPolicy,
  [keyName, keyValue]: [name: string, value: string],
  timeoutMs: number,
  observe?: (exchange: Exchange) => void,
): GuardedClient {
  const guarded = guardedFetch(policy, { timeoutMs, maxBytes: largestAnswer });
  const stop = new AbortController();
  return {
    refused: stop.signal,
    async fetch(input, init) {
      const given = new Headers(init?.headers);
      const sent = sentHeaders.flatMap((name) => {
        const value = given.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      const headers = { ...Object.fromEntries(sent), [keyName]: keyValue };
      observe?.({
        ...{ kind: "request", method: init?.method ?? "GET", url: String(input) },
        headers: { ...headers, [keyName]: secretMask },
        body: typeof init?.body === "string" ? init.body : "",
      });
      const startedAt = performance.now();
      try {
        const answer = await guarded(input, { ...init, headers, redirect: "error" });
        if (observe) {
          const body = await answer.clone().text();
          const duration_ms = Math.round(performance.now() - startedAt);
          const { status } = answer;
          const shown = Object.fromEntries(answer.headers);
          observe({ kind: "response", status, headers: shown, body, duration_ms });
        }
        return answer;
      } catch (error) {
        const final = error instanceof EgressError && !/timeout|unreachable/.test(error.code);
        if (final) stop.abort(error);
        throw error;
      }
    },
  };
}
