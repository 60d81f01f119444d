import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { type EgressPolicy, egressFetch } from "#lib/core/egress.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CallTrace } from "../calls/trace.ts";
import { allowsFetch } from "../config/code-config.ts";

const mostFetches = 50;
const largestAnswer = 5 * 1024 * 1024;

const request = z.object({
  url: z.string(),
  method: z.string().max(20),
  headers: z.array(z.tuple([z.string(), z.string()])).max(100),
  body: z.string().nullable(),
});

/** What `fetch` may do in one call of a tool. */
export interface FetchScope {
  allow: readonly string[];
  policy: EgressPolicy;
  timeoutMs: number;
  trace?: CallTrace | undefined;
  redact<T>(value: T): T;
}

function refuse(url: URL, allow: readonly string[]): ToolError | null {
  if (allowsFetch(allow, url)) return null;
  return new ToolError(
    "egress_blocked",
    `fetch may not call ${url.host}: add it to the tool's config.fetch_allow.`,
  );
}

/** `fetch` of one call: to the hosts that its tool allows, as far as the tenant may reach. */
export function hostFetch({ allow, policy, timeoutMs, trace, redact }: FetchScope) {
  let fetches = 0;
  const guard = (url: URL) => {
    const refusal = refuse(url, allow);
    if (refusal) throw refusal;
  };
  return async (json: string, bytes: Uint8Array | undefined, signal: AbortSignal) => {
    if (++fetches > mostFetches) {
      throw new ToolError("egress_blocked", `A call may fetch at most ${mostFetches} times.`);
    }
    const { url, method, headers, body } = request.parse(JSON.parse(json));
    const address = URL.parse(url);
    if (!address) throw new ToolError("egress_invalid_url", `fetch: "${url}" is no URL.`);
    guard(address);
    const sent = bytes ?? body ?? undefined;
    const given = Object.fromEntries(headers);
    const told = { method, url, headers: given };
    trace?.add(redact({ kind: "request", ...told, body: bytes ? "(bytes)" : body }));
    const answer = await egressFetch(
      url,
      {
        ...{ method, headers: given, timeoutMs, maxBytes: largestAnswer, signal, guard },
        secretHeaders: Object.keys(given),
        ...(sent === undefined ? {} : { body: sent }),
      },
      policy,
    );
    const { status, durationMs } = answer;
    trace?.add(
      redact({
        ...{ kind: "response", status, headers: Object.fromEntries(answer.headers) },
        ...{ body: new TextDecoder().decode(answer.body), duration_ms: durationMs },
      }),
    );
    const head = {
      ...{ status, statusText: STATUS_CODES[status] ?? "", url: answer.url },
      headers: [...answer.headers],
    };
    return { json: JSON.stringify(head), body: answer.body };
  };
}
