import type { Ctx } from "#lib/core/ctx.ts";
import { EgressError, type EgressPolicy, egressFetch } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, parseJson } from "#lib/core/json.ts";
import { pullHeader, requirePulling } from "./enabled.ts";

/** Another deployment that speaks the same API, and the credential for it. */
export interface Peer {
  /** Without a trailing slash, query, fragment or credentials: fit for messages and the audit log. */
  address: string;
  headers: Record<string, string>;
  policy: EgressPolicy;
}

/** The most that one pull takes of a peer. */
export const pullBounds = {
  pages: 50,
  entries: 50_000,
  bytes: 32 * 1024 * 1024,
  timeMs: 60_000,
  pageTimeMs: 30_000,
};

type PullBounds = typeof pullBounds;

const rowsPerPage = 1000;

/** What a peer did wrong; `answer` is the status that it answered, and its problem's code. */
export function peerFailed(
  address: string,
  why: string,
  { cause, answer = {} }: { cause?: unknown; answer?: PeerAnswer } = {},
): AppError {
  return new AppError("upstream_failed", `The peer ${address} ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    extra: { ...answer },
  });
}

type PeerAnswer = { peer_status?: number; peer_code?: string };

/** Says of a failure that it came before anything was written. */
export async function beforeImport<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "upstream_failed") throw error;
    const extra = { ...error.extra, imported: 0 };
    throw new AppError(error.code, `${error.message} Nothing was imported.`, {
      cause: error,
      extra,
    });
  }
}

/** An address as peers are compared by it: fit for messages and the audit log. */
export function addressOf(text: string): string {
  const url = new URL(text);
  return url.origin + url.pathname.replace(/\/+$/, "");
}

/**
 * A peer as the caller's tenant may reach it. Throws `peer_not_allowed` when the tenant's
 * `mcp_config.federation_enabled` is not true.
 */
export async function openPeer(
  ctx: Ctx,
  input: { url: string; token?: string | null | undefined; tenant_id?: string | null | undefined },
): Promise<Peer> {
  const snapshot = await requirePulling(ctx);
  return {
    address: addressOf(input.url),
    headers: {
      accept: "application/json",
      [pullHeader]: "pull",
      ...(input.token ? { authorization: `Bearer ${input.token}` } : {}),
      ...(input.tenant_id ? { "x-tenant-id": input.tenant_id } : {}),
    },
    policy: snapshot.egress,
  };
}

function asProblem(peer: Peer, error: unknown): unknown {
  if (!(error instanceof EgressError)) return error;
  if (error.code !== "egress_blocked")
    return peerFailed(peer.address, `failed: ${error.message}`, { cause: error });
  return new AppError("peer_not_allowed", `The peer may not be called: ${error.message}.`, {
    cause: error,
    extra: { reason: "egress_blocked" },
  });
}

function readJson(peer: Peer, body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw peerFailed(peer.address, "did not answer with JSON", { cause });
  }
}

const nextRelation = /;\s*rel\s*=\s*(?:next(?=[\s;,]|$)|"(?:[^"]*\s)?next(?:\s[^"]*)?")/i;

/** The address of the following page (RFC 8288), or null; only on the origin that names it. */
function nextPage(peer: Peer, answer: { headers: Headers; url: string }): string | null {
  const link = answer.headers.get("link") ?? "";
  for (const [, target = "", parameters = ""] of link.matchAll(/<([^>]*)>([^<]*)/g)) {
    if (!nextRelation.test(parameters)) continue;
    const url = URL.parse(target, answer.url);
    if (url?.origin === new URL(answer.url).origin) return url.href;
    throw peerFailed(peer.address, "names a next page on another origin");
  }
  return null;
}

/** The status of a refusal, and its code where it is a problem like ours. */
function problemOf({ status, body }: { status: number; body: Uint8Array }): PeerAnswer {
  try {
    const problem = parseJson(new TextDecoder().decode(body.subarray(0, 16_384)));
    const code = isJsonObject(problem) ? problem.code : undefined;
    if (typeof code === "string" && /^[a-z_]{1,40}$/.test(code)) {
      return { peer_status: status, peer_code: code };
    }
  } catch {
    // Whatever it says is no problem document.
  }
  return { peer_status: status };
}

/** One page: what it holds, how large it was, and where the next one is. */
export async function fetchPage(
  peer: Peer,
  url: string,
  limits: { bytes: number; timeMs: number },
): Promise<{ document: unknown; bytes: number; next: string | null }> {
  // A redirect may have led elsewhere, and the token is meant for the peer that was named.
  const atHome = new URL(url).origin === new URL(peer.address).origin;
  const { authorization, ...anonymous } = peer.headers;
  const answer = await egressFetch(
    url,
    {
      headers: atHome ? peer.headers : anonymous,
      timeoutMs: limits.timeMs,
      maxBytes: limits.bytes,
    },
    peer.policy,
  ).catch((error: unknown) => {
    throw asProblem(peer, error);
  });
  if (answer.status < 200 || answer.status > 299) {
    const said = problemOf(answer);
    const code = said.peer_code === undefined ? "" : ` (${said.peer_code})`;
    throw peerFailed(peer.address, `answered with status ${answer.status}${code}`, {
      answer: said,
    });
  }
  return {
    document: readJson(peer, answer.body),
    bytes: answer.body.byteLength,
    next: nextPage(peer, answer),
  };
}

/**
 * Reads the whole list at `path` of a peer, page by page. `entriesOf` takes the entries out of a
 * page's document, or answers null for one of another shape. Throws `peer_not_allowed` when the
 * egress guard refuses the address, `upstream_failed` for everything else that the peer does wrong.
 */
export async function fetchList(
  peer: Peer,
  path: string,
  entriesOf: (document: unknown) => unknown[] | null,
  bounds: PullBounds = pullBounds,
): Promise<unknown[]> {
  const deadline = performance.now() + bounds.timeMs;
  const entries: unknown[] = [];
  let bytes = bounds.bytes;
  let url: string | null = `${peer.address}${path}?limit=${rowsPerPage}`;
  for (let page = 1; url !== null; page++) {
    const timeMs = deadline - performance.now();
    if (timeMs <= 0) throw peerFailed(peer.address, `took longer than ${bounds.timeMs} ms`);
    const limits = { bytes, timeMs: Math.min(bounds.pageTimeMs, timeMs) };
    const answer = await fetchPage(peer, url, limits);
    const found = entriesOf(answer.document);
    if (found === null) throw peerFailed(peer.address, `answered ${path} in another shape`);
    for (const entry of found) entries.push(entry);
    bytes -= answer.bytes;
    url = answer.next;
    if (
      entries.length > bounds.entries ||
      (url !== null && (page === bounds.pages || bytes <= 0))
    ) {
      const most = `${bounds.pages} pages, ${bounds.entries} entries, ${bounds.bytes} bytes`;
      throw peerFailed(peer.address, `has more than one pull takes: ${most}`);
    }
  }
  return entries;
}
