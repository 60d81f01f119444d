import type { Client } from "@modelcontextprotocol/client";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import type { Askable } from "./asking/capabilities.ts";
import { type Ask, noAnswer } from "./asking/questions.ts";
import { connectTo, type ListKind } from "./connection.ts";
import { UpstreamError } from "./errors.ts";
import { announceListChange } from "./list-changes.ts";
import {
  type CallInFlight,
  close,
  free,
  hasRoom,
  keep,
  makeProcessRoom,
  type Pooled,
  pool,
  retire,
} from "./pooled.ts";
import { type RegisteredUpstream, upstreamsOf, upstreamTopic } from "./registry.ts";
import type { Subject } from "./subject.ts";

const mostCallsPerTenant = 500;
/** How long a call waits for a connection where all that there may be are busy. */
const patienceMs = 5_000;

/** One principal's use of one credential of an upstream, told the same: nothing else shares it. */
function keyOf(
  ctx: Ctx,
  { tenantId, upstreamId }: RegisteredUpstream,
  subject: Subject,
  { askable, ask }: CallInFlight,
): string {
  const { type, id } = ctx.principal;
  return JSON.stringify([tenantId, upstreamId, subject, type, id, askable ?? {}, !!ask]);
}

function open(ctx: Ctx, upstream: RegisteredUpstream, key: string, askable: Askable): Pooled {
  const calls = new Set<CallInFlight>();
  const events = {
    onListChanged: (kind: ListKind) => announceListChange(ctx, upstream, kind),
    // A message names no call, so that it is for the one that is under way, if it is one.
    onLog: (...message: Parameters<NonNullable<CallInFlight["log"]>>) => {
      const [only] = calls;
      if (calls.size === 1) only?.log?.(...message);
    },
    onAsk: (async (question, signal) => {
      const [only] = calls;
      return only?.ask ? only.ask(question, signal) : noAnswer(question);
    }) as Ask,
    onClose: () => void close(entry),
  };
  const client = makeProcessRoom(upstream).then(() => connectTo(ctx, upstream, askable, events));
  const entry: Pooled = {
    ...{ key, upstream, client, connected: null, calls },
    usedAt: performance.now(),
  };
  keep(entry);
  client.then(
    (connected) => {
      entry.connected = connected;
    },
    () => close(entry),
  );
  return entry;
}

/** One that is open and fit for the call; "wait" where that shows once it is connected. */
function pick(key: string, revision: string, call: CallInFlight): Pooled | Promise<unknown> | null {
  let connecting: Promise<unknown> | null = null;
  for (const entry of pool.entries.get(key) ?? []) {
    if (entry.upstream.revision !== revision) {
      void close(entry);
      continue;
    }
    // A current server asks in its answer, so that calls of its can share a connection.
    const isShared = !call.ask || entry.connected?.getProtocolEra() === "modern";
    if (isShared || entry.calls.size === 0) return entry;
    if (!entry.connected) connecting ??= entry.client.catch(() => undefined);
  }
  return connecting;
}

function tooBusy(what: string): UpstreamError {
  return new UpstreamError("unavailable", `Too many upstream ${what} are busy. Try again.`, {
    retryAfterSeconds: 1,
  });
}

async function freedBefore(deadline: number): Promise<void> {
  const leftMs = deadline - performance.now();
  if (leftMs <= 0) throw tooBusy("connections");
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, leftMs);
  await Promise.race([pool.freed.promise, late.promise]);
  clearTimeout(timer);
}

/** A connection for the call, which is on it from now on. */
async function take(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  subject: Subject,
  call: CallInFlight,
): Promise<{ entry: Pooled; isNew: boolean }> {
  const key = keyOf(ctx, upstream, subject, call);
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = pick(key, upstream.revision, call);
    if (found instanceof Promise) await found;
    else if (!found && !hasRoom(upstream)) await freedBefore(deadline);
    else {
      const entry = found ?? open(ctx, upstream, key, call.askable ?? {});
      entry.calls.add(call);
      return { entry, isNew: found === null };
    }
  }
}

function countCall(tenantId: string, by: 1 | -1): void {
  const count = (pool.callsOf.get(tenantId) ?? 0) + by;
  if (count > mostCallsPerTenant) throw tooBusy("calls");
  if (count > 0) pool.callsOf.set(tenantId, count);
  else pool.callsOf.delete(tenantId);
}

/**
 * Runs `use` on a connection of the caller's own to this upstream, which is opened where there is
 * none. Throws `UpstreamError` (`unavailable`) where as many as there may be are busy.
 */
export async function withConnection<T>(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  subject: Subject,
  call: CallInFlight,
  use: (client: Client, isNew: boolean) => Promise<T>,
): Promise<T> {
  countCall(ctx.tenantId, 1);
  try {
    const { entry, isNew } = await take(ctx, upstream, subject, call);
    try {
      return await use(await entry.client, isNew);
    } finally {
      entry.calls.delete(call);
      entry.usedAt = performance.now();
      if (entry.calls.size === 0) {
        const isKept = pool.entries.get(entry.key)?.has(entry);
        if (isKept) free();
        else void close(entry);
      }
    }
  } finally {
    countCall(ctx.tenantId, -1);
  }
}

/**
 * Gives a connection up, so that a new one takes its place. Calls that are under way on it end by
 * themselves: each finds out whether the server took it.
 */
export function dropConnection(client: Client): void {
  for (const entry of pool.open) {
    if (entry.connected !== client) continue;
    retire(entry);
    if (entry.calls.size === 0) void close(entry);
  }
}

/** Ends every connection, when the process stops. */
export async function closeUpstreams(): Promise<void> {
  await Promise.allSettled([...pool.open].map(close));
}

/** A tenant that is deleted takes its upstreams along. */
const topics = new Set([upstreamTopic, tenantTopic]);

/** Ends the connections of upstreams that are gone, switched off or registered anew. */
async function closeOutdated(concerns: (tenantId: string) => boolean): Promise<void> {
  for (const entry of [...pool.open]) {
    const { tenantId, upstreamId, revision } = entry.upstream;
    if (!concerns(tenantId)) continue;
    const now = (await upstreamsOf(tenantId)).get(upstreamId);
    if (!now?.enabled || now.revision !== revision) void close(entry);
  }
}

onChange((change) => {
  if (pool.open.size === 0) return;
  if (change !== "everything" && !topics.has(change.topic)) return;
  const concerns = (tenantId: string) => change === "everything" || change.key === tenantId;
  closeOutdated(concerns).catch(() => undefined);
});
