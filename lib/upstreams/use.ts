import type { Client } from "@modelcontextprotocol/client";
import type { Verdict } from "#lib/core/breaker.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { Ask } from "./asking/questions.ts";
import { withBreaker } from "./breaker.ts";
import { serverOf } from "./connection.ts";
import { errorWithoutCredentials } from "./credentials.ts";
import { UpstreamError, type UpstreamErrorCode } from "./errors.ts";
import { noteHealth } from "./health.ts";
import { onHop } from "./hops.ts";
import { dropConnection, withConnection } from "./pool.ts";
import type { CallInFlight } from "./pooled.ts";
import { enabledUpstream, type RegisteredUpstream } from "./registry.ts";
import { isPerUser, subjectOf } from "./subject.ts";
import { toUpstreamError, wasNotTaken } from "./to-error.ts";

/** A call that was cancelled, or never made, says nothing of the upstream. */
const verdicts: Partial<Record<UpstreamErrorCode, Verdict>> = {
  failed: "failed",
  timed_out: "failed",
  rejected: "answered",
  needs_client: "answered",
  unauthorized: "answered",
};

function judge(error: unknown): Verdict {
  return (error instanceof UpstreamError ? verdicts[error.code] : undefined) ?? "unknown";
}

function noteFailure(upstream: RegisteredUpstream, error: unknown): void {
  if (!(error instanceof UpstreamError)) return;
  if (error.code === "unauthorized") {
    // One person's account says nothing of the others'.
    if (isPerUser(upstream)) return;
    noteHealth(upstream, { status: "unauthorized", error: error.message });
  } else if (judge(error) === "failed")
    noteHealth(upstream, { status: "failing", error: error.message });
}

export function breakerKey({ tenantId, upstreamId }: RegisteredUpstream): string {
  return JSON.stringify([tenantId, upstreamId]);
}

/** Endpoints like ours that a call may pass through: more are a loop. */
const mostHops = 5;

function refuseLoop({ hops = 0 }: Ctx, upstreamId: string): void {
  if (hops < mostHops) return;
  throw new UpstreamError(
    "unavailable",
    `The call has come through ${hops} MCP endpoints of this kind already: upstreams lead in a circle. Give the upstream "${upstreamId}" another address, or switch it off.`,
  );
}

/**
 * Runs `use` with a client of one of the tenant's upstreams, on a connection that no other tenant,
 * credential or principal shares. A request that the server has not looked at, since it forgot the
 * session, is made once more on a new connection. Throws `not_found`, and `UpstreamError` for
 * whatever the upstream does.
 */
export async function withUpstream<T>(
  ctx: Ctx,
  upstreamId: string,
  use: (client: Client) => Promise<T>,
  { signal, ...call }: CallInFlight & { signal?: AbortSignal | undefined } = {},
): Promise<T> {
  refuseLoop(ctx, upstreamId);
  const upstream = await enabledUpstream(ctx.tenantId, upstreamId);
  const subject = subjectOf(ctx, upstream);
  let used: Client | undefined;
  const attempt = (inFlight: CallInFlight) =>
    withConnection(ctx, upstream, subject, inFlight, async (client, isNew) => {
      used = client;
      const result = await use(client);
      noteHealth(upstream, { status: "ok", ...(isNew ? { server: serverOf(client) } : {}) });
      return result;
    });
  const run = async (heard: () => void) => {
    const { ask } = call;
    const asking: Ask = (...question) => {
      heard();
      return (ask as Ask)(...question);
    };
    const inFlight = ask ? { ...call, ask: asking } : call;
    try {
      try {
        return await attempt(inFlight);
      } catch (error) {
        if (signal?.aborted || !wasNotTaken(error)) throw error;
        if (used) dropConnection(used);
        return await attempt(inFlight);
      }
    } catch (error) {
      throw toUpstreamError(error, upstreamId, signal);
    }
  };
  try {
    const hops = (ctx.hops ?? 0) + 1;
    return await onHop(hops, () => withBreaker(breakerKey(upstream), upstreamId, judge, run));
  } catch (raw) {
    const error = await errorWithoutCredentials(ctx, upstream, raw);
    noteFailure(upstream, error);
    throw error;
  }
}
