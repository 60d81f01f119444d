import type { Client } from "@modelcontextprotocol/client";
import { onChange } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { singleton } from "#lib/core/singleton.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { connectTo, type ListKind } from "./connection.ts";
import { UpstreamError } from "./errors.ts";
import { announceListChange } from "./list-changes.ts";
import { type RegisteredUpstream, upstreamsOf, upstreamTopic } from "./registry.ts";
import type { Subject } from "./subject.ts";

const mostConnections = 500;
const mostPerTenant = 50;
const idleMs = 60_000;
const sweepMs = 10_000;

/** Somebody who waits for an answer on a connection, and may be told what the server logs. */
export interface CallInFlight {
  log?: (level: string, data: unknown, logger: string | undefined) => void;
}

interface Pooled {
  key: string;
  upstream: RegisteredUpstream;
  client: Promise<Client>;
  /** The same once it is connected. */
  connected: Client | null;
  calls: Set<CallInFlight>;
  usedAt: number;
}

const pool = singleton("upstream.pool", () => ({
  entries: new Map<string, Pooled>(),
  /** Given up, with calls that are not over yet. */
  retired: new Set<Pooled>(),
  sweeper: null as NodeJS.Timeout | null,
}));

/** One tenant's credential of one upstream: nothing else shares a connection. */
function keyOf({ tenantId, upstreamId }: RegisteredUpstream, subject: Subject): string {
  return JSON.stringify([tenantId, upstreamId, subject]);
}

function close(entry: Pooled): void {
  if (pool.entries.get(entry.key) === entry) pool.entries.delete(entry.key);
  pool.retired.delete(entry);
  // Whoever still waits is answered that the connection was closed.
  entry.client.then((client) => client.close()).catch(() => undefined);
}

function sweep(): void {
  const now = performance.now();
  for (const entry of pool.entries.values()) {
    if (entry.calls.size === 0 && now - entry.usedAt > idleMs) close(entry);
  }
  if (pool.entries.size > 0 || !pool.sweeper) return;
  clearInterval(pool.sweeper);
  pool.sweeper = null;
}

/** Every connection that is open, also those that were given up with calls on them. */
function allOpen(): Pooled[] {
  return [...pool.entries.values(), ...pool.retired];
}

/** Closes the one that has been idle longest, to make room; false where all are busy. */
function makeRoom(among: readonly Pooled[]): boolean {
  const idle = among.filter(({ calls }) => calls.size === 0);
  const [oldest] = idle.sort((a, b) => a.usedAt - b.usedAt);
  if (!oldest) return false;
  close(oldest);
  return true;
}

function refuseTooMany(upstream: RegisteredUpstream): void {
  const all = allOpen();
  const own = all.filter((each) => each.upstream.tenantId === upstream.tenantId);
  const fits =
    (own.length < mostPerTenant || makeRoom(own)) &&
    (all.length < mostConnections || makeRoom(all));
  if (fits) return;
  throw new UpstreamError("unavailable", "Too many upstream connections are busy. Try again.", {
    retryAfterSeconds: 1,
  });
}

function open(ctx: Ctx, upstream: RegisteredUpstream, key: string): Pooled {
  refuseTooMany(upstream);
  const calls = new Set<CallInFlight>();
  const client = connectTo(ctx, upstream, {
    onListChanged: (kind: ListKind) => announceListChange(upstream, kind),
    // A message names no call, so that it is for the one that is under way, if it is one.
    onLog: (...message) => {
      const [only] = calls;
      if (calls.size === 1) only?.log?.(...message);
    },
    onClose: () => close(entry),
  });
  const entry: Pooled = {
    key,
    upstream,
    client,
    connected: null,
    calls,
    usedAt: performance.now(),
  };
  pool.entries.set(key, entry);
  client.then(
    (connected) => {
      entry.connected = connected;
    },
    () => close(entry),
  );
  pool.sweeper ??= setInterval(sweep, sweepMs).unref();
  return entry;
}

/** Runs `use` on the connection of this upstream and credential, which is opened where there is none. */
export async function withConnection<T>(
  ctx: Ctx,
  upstream: RegisteredUpstream,
  subject: Subject,
  call: CallInFlight,
  use: (client: Client, isNew: boolean) => Promise<T>,
): Promise<T> {
  const key = keyOf(upstream, subject);
  const kept = pool.entries.get(key);
  const isCurrent = kept?.upstream.revision === upstream.revision;
  if (kept && !isCurrent) close(kept);
  const entry = kept && isCurrent ? kept : open(ctx, upstream, key);
  entry.calls.add(call);
  try {
    return await use(await entry.client, entry !== kept);
  } finally {
    entry.calls.delete(call);
    entry.usedAt = performance.now();
    if (pool.retired.has(entry) && entry.calls.size === 0) close(entry);
  }
}

/**
 * Gives a connection up, unless another call has done so and a new one is in its place. Calls that
 * are under way on it end by themselves: each finds out whether the server took it.
 */
export function dropConnection(
  upstream: RegisteredUpstream,
  subject: Subject,
  client: Client,
): void {
  const entry = pool.entries.get(keyOf(upstream, subject));
  if (entry?.connected !== client) return;
  pool.entries.delete(entry.key);
  if (entry.calls.size === 0) close(entry);
  else pool.retired.add(entry);
}

/** Ends every connection, when the process stops. */
export async function closeUpstreams(): Promise<void> {
  const entries = allOpen();
  for (const entry of entries) close(entry);
  await Promise.allSettled(entries.map(({ client }) => client.then((each) => each.close())));
}

/** A tenant that is deleted takes its upstreams along. */
const topics = new Set([upstreamTopic, tenantTopic]);

/** Ends the connections of upstreams that are gone, switched off or registered anew. */
async function closeOutdated(concerns: (tenantId: string) => boolean): Promise<void> {
  for (const entry of allOpen()) {
    const { tenantId, upstreamId, revision } = entry.upstream;
    if (!concerns(tenantId)) continue;
    const now = (await upstreamsOf(tenantId)).get(upstreamId);
    if (!now?.enabled || now.revision !== revision) close(entry);
  }
}

onChange((change) => {
  if (allOpen().length === 0) return;
  if (change !== "everything" && !topics.has(change.topic)) return;
  const concerns = (tenantId: string) => change === "everything" || change.key === tenantId;
  closeOutdated(concerns).catch(() => undefined);
});
