import { lookup } from "node:dns/promises";
import {
  type AllowEntry,
  type EgressPolicy,
  parseAllowEntry,
  policyOf,
} from "./egress/allow-list.ts";
import { agentFor, findRefusal } from "./egress/connect.ts";
import { answerHeaders, codingsOf, decodeBody } from "./egress/decode.ts";
import { EgressError, toEgressError } from "./egress/error.ts";
import { exchange, startCancellation } from "./egress/exchange.ts";
import { firstHop, type Hop, nextHop, parseTarget } from "./egress/hop.ts";
import { openStream } from "./egress/stream.ts";

export type { EgressPolicy } from "./egress/allow-list.ts";
export { EgressError };

const MIB = 1024 * 1024;

export interface EgressRequest {
  /** Default GET. */
  method?: string;
  /** Sent as given, but for those that belong to the connection (Host, Content-Length, …). */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The whole call: name, connection, redirects and body. Default 30,000. */
  timeoutMs?: number;
  /** Size of the answer's body once decompressed. Default 5 MiB. */
  maxBytes?: number;
  /** Default 5; at 0 a redirect is an error. */
  maxRedirects?: number;
  /** Names of headers that, besides the usual ones, must not follow a redirect elsewhere. */
  secretHeaders?: readonly string[];
  /** The body holds credentials, and must not follow a redirect elsewhere. */
  secretBody?: boolean;
  /** Throws for an address that this call may not reach; asked before each hop, redirects included. */
  guard?(url: URL): void;
  signal?: AbortSignal;
}

export interface EgressResponse {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** After redirects. */
  url: string;
  durationMs: number;
}

/**
 * Parses `127.0.0.1:9000,10.1.0.0/16,*.corp.example,[::1]:8080,host.example:443`: addresses,
 * networks, host names and all names below one, each with a port or for any. A host name allows
 * whatever address it resolves to, but for cloud metadata, which only its own address allows.
 * Throws `Error` whose message has one line per wrong entry.
 */
export function parseEgressAllow(text: string): EgressPolicy {
  const entries: AllowEntry[] = [];
  const mistakes: string[] = [];
  for (const item of text.split(",")) {
    const entry = item.trim();
    if (entry === "") continue;
    try {
      entries.push(parseAllowEntry(entry));
    } catch (error) {
      mistakes.push((error as Error).message);
    }
  }
  if (mistakes.length > 0) throw new Error(mistakes.join("\n"));
  return policyOf(entries);
}

/** What any of the policies allows, such as the deployment's and a tenant's. */
export function mergePolicies(...policies: EgressPolicy[]): EgressPolicy {
  const [first, ...more] = policies.filter(({ entries }) => entries.length > 0);
  if (first && more.length === 0) return first;
  return policyOf(policies.flatMap(({ entries }) => entries));
}

/**
 * Calls an HTTP or HTTPS address that a tenant chose and gathers the answer, whatever its status.
 * Addresses that are not on the public internet are refused unless the policy allows them, at each
 * redirect too; connections are reused among calls with an equal policy. Throws `EgressError`.
 */
export async function egressFetch(
  url: string,
  request: EgressRequest,
  policy: EgressPolicy,
): Promise<EgressResponse> {
  const startedAt = performance.now();
  const { maxBytes = 5 * MIB, maxRedirects = 5 } = request;
  const { method = "GET", headers = {}, body = null, secretBody = false } = request;
  const first = { ...firstHop(url, method, headers, body), secretBody };
  const cancellation = startCancellation(
    first.url.host,
    request.timeoutMs ?? 30_000,
    request.signal,
  );
  try {
    const { hop, answer } = await followRedirects(
      first,
      maxRedirects,
      request.secretHeaders ?? [],
      async (to) => {
        request.guard?.(to.url);
        return exchange(agentFor(policy), to, maxBytes, cancellation);
      },
    );
    const layers = answer.body.length > 0 ? codingsOf(answer.headers, hop.url.host) : [];
    return {
      status: answer.status,
      headers: answerHeaders(answer.headers, layers.length > 0),
      body: await decodeBody(answer.body, layers, maxBytes, hop.url.host),
      url: hop.url.href,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    cancellation.release();
  }
}

/**
 * Resolves and checks a host for a driver that is not HTTP, giving the address to connect to (TLS
 * still names the host). Throws `egress_blocked`, `egress_invalid_url` or `egress_unreachable`.
 */
export async function resolveChecked(
  host: string,
  port: number,
  policy: EgressPolicy,
): Promise<{ address: string; family: 4 | 6 }> {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
  if (name === "" || /[\s/\\@\0]/.test(name)) {
    throw new EgressError("egress_invalid_url", "the host is not a host name or an address");
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new EgressError("egress_invalid_url", "the port must be 1 to 65535");
  }
  const found = await lookup(name, { all: true }).catch((error: unknown) => {
    throw toEgressError(error, name);
  });
  const refusal = findRefusal(
    name,
    port,
    found.map(({ address }) => address),
    policy,
  );
  if (refusal) throw refusal;
  const [first] = found;
  if (!first) throw new EgressError("egress_unreachable", `${name} has no address`);
  return { address: first.address, family: first.family === 6 ? 6 : 4 };
}

/**
 * A standard `fetch` behind the guard, for libraries that take one. Answers stream; `timeoutMs`
 * (default 300,000) is the longest silence, until the headers and then between parts of the body,
 * and `maxBytes` (default 64 MiB) the size of the decompressed body; `secretHeaders` and a
 * `secretBody` do not follow a redirect to another origin. Bodies to send are gathered first. Rejects
 * with `EgressError`, on an abort with the signal's reason.
 */
export function guardedFetch(
  policy: EgressPolicy,
  defaults: Pick<EgressRequest, "timeoutMs" | "maxBytes" | "secretHeaders" | "secretBody"> = {},
): typeof fetch {
  const { timeoutMs = 300_000, maxBytes = 64 * MIB } = defaults;
  const { secretHeaders = [], secretBody = false } = defaults;
  return async (input, init) => {
    const address = typeof input === "string" ? input : "url" in input ? input.url : input.href;
    parseTarget(address);
    const signal =
      init?.signal ?? (typeof input === "object" && "signal" in input ? input.signal : null);
    signal?.throwIfAborted();
    const request = new Request(input, { ...init, signal: null });
    const body = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    const headers = Object.fromEntries(request.headers);
    const first = { ...firstHop(address, request.method, headers, body), secretBody };
    try {
      const { answer, redirects } = await followRedirects(
        first,
        request.redirect === "error" ? 0 : 5,
        secretHeaders,
        (hop) => openStream(agentFor(policy), hop, { timeoutMs, maxBytes, signal }),
        request.redirect === "manual",
      );
      return answer.toResponse(redirects > 0);
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  };
}

interface Redirectable {
  status: number;
  redirect: string | null;
  discard?: () => void;
}

/** Sends a hop and those that its answers ask for. Throws `egress_too_many_redirects`. */
async function followRedirects<A extends Redirectable>(
  first: Hop,
  maxRedirects: number,
  secretHeaders: readonly string[],
  send: (hop: Hop) => Promise<A>,
  manual = false,
): Promise<{ hop: Hop; answer: A; redirects: number }> {
  const secrets = new Set(secretHeaders.map((name) => name.toLowerCase()));
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    const answer = await send(hop);
    if (manual || answer.redirect === null) return { hop, answer, redirects };
    answer.discard?.();
    if (redirects >= maxRedirects) {
      const message = `${first.url.host} redirects more than ${maxRedirects} times`;
      throw new EgressError("egress_too_many_redirects", message);
    }
    hop = nextHop(hop, answer.status, answer.redirect, secrets);
  }
}
