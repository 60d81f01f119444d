import { setTimeout as wait } from "node:timers/promises";
import { type Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { singleton } from "#lib/core/singleton.ts";
import type { Askable } from "./asking/capabilities.ts";
import type { Ask } from "./asking/questions.ts";
import type { RegisteredUpstream } from "./registry.ts";
import { hasProcessRoom } from "./stdio/processes.ts";

const mostConnections = { tenant: 50, process: 500 };
const idleMs = 60_000;
const sweepMs = 10_000;
/** How long a server is given to hear that its session is over. */
const farewellMs = 1_000;

/** Somebody who waits for an answer on a connection, and may be told and asked things meanwhile. */
export interface CallInFlight {
  log?: (level: string, data: unknown, logger: string | undefined) => void;
  /** What the server is told that it may ask for. */
  askable?: Askable;
  /** Answers what a legacy server asks; such a call has the connection for itself. */
  ask?: Ask;
}

/** A connection that is kept. */
export interface Pooled {
  key: string;
  upstream: RegisteredUpstream;
  client: Promise<Client>;
  /** The same once it is connected. */
  connected: Client | null;
  calls: Set<CallInFlight>;
  usedAt: number;
}

export const pool = singleton("upstream.pool", () => ({
  entries: new Map<string, Set<Pooled>>(),
  /** Every connection that is open, also those that were given up with calls on them. */
  open: new Set<Pooled>(),
  callsOf: new Map<string, number>(),
  /** Resolves when a connection has become idle, or has ended. */
  freed: Promise.withResolvers<void>(),
  sweeper: null as NodeJS.Timeout | null,
}));

/** Wakes those who wait for a connection. */
export function free(): void {
  pool.freed.resolve();
  pool.freed = Promise.withResolvers();
}

/** No further call begins on it. */
export function retire(entry: Pooled): void {
  const siblings = pool.entries.get(entry.key);
  siblings?.delete(entry);
  if (siblings?.size === 0) pool.entries.delete(entry.key);
}

/** A server keeps the session of a client that does not say that it leaves. */
async function leave(client: Client): Promise<void> {
  const { transport } = client;
  if (transport instanceof StreamableHTTPClientTransport && transport.sessionId) {
    const late = wait(farewellMs, null, { ref: false });
    await Promise.race([transport.terminateSession().catch(() => null), late]);
  }
  await client.close();
}

/** Whoever still waits on it is answered that the connection was closed. */
export async function close(entry: Pooled): Promise<void> {
  if (!pool.open.delete(entry)) return;
  retire(entry);
  free();
  await entry.client.then(leave).catch(() => undefined);
}

/** Closes connections that nobody has used for so long; resolves when they are closed. */
export async function closeIdle(forMs: number): Promise<void> {
  const before = performance.now() - forMs;
  const idle = [...pool.open].filter(({ calls, usedAt }) => calls.size === 0 && usedAt <= before);
  await Promise.all(idle.map(close));
}

function sweep(): void {
  void closeIdle(idleMs);
  if (pool.open.size > 0 || !pool.sweeper) return;
  clearInterval(pool.sweeper);
  pool.sweeper = null;
}

/** Keeps a connection, until it has been idle for a minute or makes room for another. */
export function keep(entry: Pooled): void {
  pool.entries.set(entry.key, (pool.entries.get(entry.key) ?? new Set()).add(entry));
  pool.open.add(entry);
  pool.sweeper ??= setInterval(sweep, sweepMs).unref();
}

/** Closes the one that has been idle longest, to make room; null where all are busy. */
function makeRoom(among: readonly Pooled[]): Promise<void> | null {
  const idle = among.filter(({ calls }) => calls.size === 0);
  const [oldest] = idle.sort((a, b) => a.usedAt - b.usedAt);
  return oldest ? close(oldest) : null;
}

/** Whether another connection of the tenant's may be opened now. */
export function hasRoom({ tenantId }: RegisteredUpstream): boolean {
  const all = [...pool.open];
  const own = all.filter(({ upstream }) => upstream.tenantId === tenantId);
  return (
    (own.length < mostConnections.tenant || makeRoom(own) !== null) &&
    (all.length < mostConnections.process || makeRoom(all) !== null)
  );
}

/** The place of a stdio server is free when its process has been reaped. */
export async function makeProcessRoom({ transport, tenantId }: RegisteredUpstream): Promise<void> {
  if (transport.type !== "stdio" || hasProcessRoom(tenantId)) return;
  const servers = [...pool.open].filter(({ upstream }) => upstream.transport.type === "stdio");
  await makeRoom(servers.filter(({ upstream }) => upstream.tenantId === tenantId));
  if (!hasProcessRoom(tenantId)) await makeRoom(servers);
}

/** Connections that are open now, of a tenant or of all. */
export function countConnections(tenantId?: string): number {
  const all = [...pool.open];
  return all.filter((each) => tenantId === undefined || each.upstream.tenantId === tenantId).length;
}
