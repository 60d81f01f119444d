import { createHash } from "node:crypto";
import type { Ctx } from "#lib/core/ctx.ts";
import { randomText } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { singleton } from "#lib/core/singleton.ts";
import { UpstreamError } from "../errors.ts";
import type { Conversation } from "./conversation.ts";

const mostParked = { tenant: 20, process: 500 };
const longestMs = 5 * 60_000;

/** Which call it is: an answer belongs to this very one. */
export interface ParkedCall {
  upstreamId: string;
  name: string;
  arguments: JsonObject;
}

interface Entry {
  tenantId: string;
  /** Tenant, principal and call; the arguments as a hash. */
  of: string;
  conversation: Conversation<unknown, never>;
  timer: NodeJS.Timeout;
}

const lot = singleton("upstream.parked", () => ({
  /** Names this process to whoever comes back with an answer. */
  process: randomText(12),
  entries: new Map<string, Entry>(),
}));

function fingerprint(ctx: Ctx, { upstreamId, name, arguments: args }: ParkedCall): string {
  const { principal, tenantId } = ctx;
  const said = JSON.stringify([tenantId, principal.type, principal.id, upstreamId, name, args]);
  return createHash("sha256").update(said).digest("base64url");
}

/** What of a parked call travels through the client; it names the process that has it. */
export interface Ticket extends JsonObject {
  id: string;
  process: string;
}

function refuseTooMany(tenantId: string): void {
  const own = [...lot.entries.values()].filter((entry) => entry.tenantId === tenantId).length;
  if (own < mostParked.tenant && lot.entries.size < mostParked.process) return;
  throw new UpstreamError(
    "unavailable",
    "Too many calls wait for the answers of their clients. Answer or cancel some, or try again in some minutes.",
    { retryAfterSeconds: 60 },
  );
}

/**
 * Keeps a call that waits for its client's answers, in this process and for five minutes at most.
 * Throws `UpstreamError` (`unavailable`) past the bounds, and ends the call then.
 */
export function park<T, P>(ctx: Ctx, call: ParkedCall, conversation: Conversation<T, P>): Ticket {
  try {
    refuseTooMany(ctx.tenantId);
  } catch (error) {
    conversation.end(error as UpstreamError);
    throw error;
  }
  const id = randomText(43);
  const late = new UpstreamError("timed_out", "The client did not answer in time.");
  const drop = () => {
    clearTimeout(timer);
    lot.entries.delete(id);
  };
  const timer = setTimeout(() => {
    drop();
    conversation.end(late);
  }, longestMs).unref();
  lot.entries.set(id, {
    tenantId: ctx.tenantId,
    of: fingerprint(ctx, call),
    conversation: conversation as unknown as Entry["conversation"],
    timer,
  });
  // What came of a call that its server ended waits for whoever comes back.
  void conversation.over.then((isItsOwnEnd) => isItsOwnEnd || drop());
  return { id, process: lot.process };
}

/**
 * Takes a parked call up again, once. Throws `UpstreamError` (`unavailable`) where it is over, was
 * taken up already or is in another process, and where it is not the caller's or another call.
 */
export function takeUp<T, P>(
  ctx: Ctx,
  call: ParkedCall,
  { id, process }: Ticket,
): Conversation<T, P> {
  if (process !== lot.process) {
    throw new UpstreamError(
      "unavailable",
      "The call waits for this answer in another process of the deployment, which cannot be reached from here. Call the tool again from the beginning.",
    );
  }
  const entry = lot.entries.get(id);
  if (entry?.of !== fingerprint(ctx, call)) {
    throw new UpstreamError(
      "unavailable",
      "The call that asked has ended: it waited too long, was cancelled, or has its answer already. Call the tool again from the beginning.",
    );
  }
  clearTimeout(entry.timer);
  lot.entries.delete(id);
  return entry.conversation as unknown as Conversation<T, P>;
}

/** Calls that wait for answers now, of a tenant or of all. */
export function countParked(tenantId?: string): number {
  const all = [...lot.entries.values()];
  return all.filter((entry) => tenantId === undefined || entry.tenantId === tenantId).length;
}
