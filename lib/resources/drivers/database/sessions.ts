import { createHash } from "node:crypto";
import { Client, type QueryConfig, type QueryResult } from "pg";
import { onChange } from "#lib/core/bus.ts";
import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import type { DriverScope } from "../scope.ts";
import { clientConfig } from "./address.ts";
import type { DatabaseLogin } from "./connection-schema.ts";
import { toDatabaseError } from "./errors.ts";

const mostPerResource = 4;
const mostPerTenant = 20;
const mostInAll = 200;
const idleMs = 30_000;
const waitMs = 10_000;
/** What may be on its way for one statement: a row larger than this ends the connection. */
const largestMessage = 16 * 1024 * 1024;
/** How much longer than PostgreSQL's own limit a statement may take before its connection is cut. */
const graceMs = 2_000;

/** One connection to a tenant's database, for one caller at a time. */
export interface Session {
  /** One statement over the extended protocol, which takes no more than one. */
  run(query: QueryConfig): Promise<QueryResult>;
  /** Nobody gets it after this: what it may do could have changed. */
  retire(): void;
  /** The names of PostgreSQL's types. */
  typeNames: Map<number, string>;
}

interface Open extends Session {
  key: string;
  tenantId: string;
  client: Client;
  busy: boolean;
  isLost: boolean;
  usedAt: number;
  isRetired: boolean;
}

interface Waiting {
  tenantId: string;
  key: string;
  wake: () => void;
}

const state = singleton("resources.databases", () => ({
  open: new Set<Open>(),
  opening: new Map<string, number>(),
  waiting: [] as Waiting[],
  sweeper: null as NodeJS.Timeout | null,
}));

/** One database user of one resource: nothing else shares a connection. */
function keyOf({ tenantId, resourceId, address }: DriverScope, login: DatabaseLogin | undefined) {
  const digest = createHash("sha256")
    .update(JSON.stringify([address, login]))
    .digest("base64url");
  return `${tenantId} ${resourceId} ${digest}`;
}

function close(session: Open): void {
  session.isLost = true;
  state.open.delete(session);
  session.client.end().catch(() => undefined);
}

function count(among: (key: string, tenantId: string) => boolean): number {
  let found = 0;
  for (const { key, tenantId } of state.open) if (among(key, tenantId)) found++;
  for (const [key, opening] of state.opening) {
    if (among(key, key.slice(0, key.indexOf(" ")))) found += opening;
  }
  return found;
}

/** Closes the connection that has been idle longest; false where all are busy. */
function makeRoom(tenantId: string | null): boolean {
  let oldest: Open | undefined;
  for (const each of state.open) {
    const isCandidate = !each.busy && (tenantId === null || each.tenantId === tenantId);
    if (isCandidate && (!oldest || each.usedAt < oldest.usedAt)) oldest = each;
  }
  if (!oldest) return false;
  close(oldest);
  return true;
}

function hasRoom(key: string, tenantId: string): boolean {
  if (count((each) => each === key) >= mostPerResource) return false;
  if (count((_, id) => id === tenantId) >= mostPerTenant && !makeRoom(tenantId)) return false;
  return count(() => true) < mostInAll || makeRoom(null);
}

/** A server that lies about sizes, or a row that is too large, must not fill this process. */
function meter(client: Client): { reset(): void } {
  const { stream } = (
    client as unknown as {
      connection: { stream: NodeJS.ReadableStream & { destroy(error: Error): void } };
    }
  ).connection;
  let received = 0;
  stream.on("data", (chunk: Buffer) => {
    received += chunk.length;
    if (received <= largestMessage) return;
    const mib = largestMessage / 1024 / 1024;
    stream.destroy(
      new AppError(
        "invalid_request",
        `A row or an answer is larger than ${mib} MiB. Ask for less.`,
      ),
    );
  });
  return { reset: () => (received = 0) };
}

/** Reads of a superuser, or of who can make itself one, could leave the database: files, programs, other roles. */
async function refuseTooStrong(client: Client): Promise<void> {
  const { rows } = await client.query<{ strong: string | null }>(`
    select case when rolsuper then 'a superuser'
      when rolcreaterole then 'one that makes roles' else (
      select 'a member of ' || g.rolname from pg_roles g
      where g.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
        and pg_has_role(r.oid, g.oid, 'member') limit 1) end as strong
    from pg_roles r where rolname = session_user`);
  const strong = rows[0]?.strong;
  if (!strong) return;
  const detail = `The database user is ${strong}, which can read the server's files and more. Connect with a role that has only the rights it needs.`;
  throw new AppError("invalid_request", detail);
}

async function open(
  scope: DriverScope,
  login: DatabaseLogin | undefined,
  key: string,
): Promise<Open> {
  const client = new Client(await clientConfig(scope, login));
  const session: Open = {
    ...{ key, tenantId: scope.tenantId, client, busy: true, isLost: false, isRetired: false },
    retire: () => (session.isRetired = true),
    usedAt: performance.now(),
    typeNames: new Map(),
    run: () => Promise.reject(new Error("The session is not open")),
  };
  client.on("error", () => close(session));
  client.on("end", () => close(session));
  try {
    await client.connect();
    const { reset } = meter(client);
    await refuseTooStrong(client);
    session.run = (query) => {
      reset();
      return client.query({ ...query, queryMode: "extended", rowMode: "array" } as QueryConfig);
    };
  } catch (error) {
    close(session);
    throw error;
  }
  state.open.add(session);
  return session;
}

function sweep(): void {
  const now = performance.now();
  for (const session of state.open) {
    if (!session.busy && now - session.usedAt > idleMs) close(session);
  }
  if (state.open.size > 0 || !state.sweeper) return;
  clearInterval(state.sweeper);
  state.sweeper = null;
}

function wakeNext(): void {
  for (const waiting of state.waiting.splice(0)) waiting.wake();
}

/** Until a connection is given back; throws `unavailable` when that takes too long. */
function waitForRoom(key: string, tenantId: string, deadline: number): Promise<void> {
  const leftMs = deadline - performance.now();
  const refusal = new AppError(
    "unavailable",
    "All connections to the tenant's databases are busy. Try again.",
    {
      retryAfterSeconds: 1,
    },
  );
  if (leftMs <= 0) return Promise.reject(refusal);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      state.waiting = state.waiting.filter((each) => each !== waiting);
      reject(refusal);
    }, leftMs);
    const waiting = {
      ...{ key, tenantId },
      wake: () => {
        clearTimeout(timer);
        resolve();
      },
    };
    state.waiting.push(waiting);
  });
}

async function take(scope: DriverScope, login: DatabaseLogin | undefined): Promise<Open> {
  const key = keyOf(scope, login);
  const deadline = performance.now() + waitMs;
  for (;;) {
    for (const session of state.open) {
      if (session.key !== key || session.busy) continue;
      session.busy = true;
      return session;
    }
    if (hasRoom(key, scope.tenantId)) break;
    await waitForRoom(key, scope.tenantId, deadline);
  }
  state.opening.set(key, (state.opening.get(key) ?? 0) + 1);
  try {
    state.sweeper ??= setInterval(sweep, 5_000).unref();
    return await open(scope, login, key);
  } finally {
    const left = (state.opening.get(key) ?? 1) - 1;
    if (left === 0) state.opening.delete(key);
    else state.opening.set(key, left);
    wakeNext();
  }
}

/** What one caller left in the session (settings, locks, prepared statements) is not the next one's. */
async function giveBack(session: Open): Promise<void> {
  if (session.isRetired) {
    close(session);
    wakeNext();
    return;
  }
  try {
    await session.run({ text: "rollback" });
    await session.run({ text: "discard all" });
    session.usedAt = performance.now();
    session.busy = false;
  } catch {
    close(session);
  }
  wakeNext();
}

/** Cuts a connection whose statement goes on after its own limit, or that nobody waits for any more. */
async function bounded<T>(
  session: Open,
  { signal }: DriverScope,
  limitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const cut = new Promise<never>((_, reject) => {
    const end = (error: unknown) => {
      close(session);
      reject(error);
    };
    const late = `The database did not answer within ${limitMs + graceMs} ms.`;
    timer = setTimeout(() => end(new AppError("upstream_failed", late)), limitMs + graceMs);
    onAbort = () => end(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
  try {
    signal?.throwIfAborted();
    return await Promise.race([work(), cut]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener("abort", onAbort);
  }
}

/**
 * Runs `work` on a connection of this resource that nobody else has meanwhile; `limitMs` is for all
 * of it. Connections are pooled per tenant, resource and address, bounded for each tenant, and closed
 * when idle. Throws `AppError` with what the database said.
 */
export async function withSession<T>(
  scope: DriverScope,
  login: DatabaseLogin | undefined,
  limitMs: number,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await take(scope, login).catch((error: unknown) => {
    throw toDatabaseError(error);
  });
  try {
    return await bounded(session, scope, limitMs, () => work(session));
  } catch (error) {
    scope.signal?.throwIfAborted();
    throw toDatabaseError(error);
  } finally {
    if (session.isLost) wakeNext();
    else await giveBack(session);
  }
}

/** How many connections to tenants' databases are open; for tests and health. */
export function openSessions(tenantId: string): number {
  return count((_, id) => id === tenantId);
}

// What a tenant that is deleted or changed left idle is not kept for whoever gets its id.
onChange((change) => {
  if (change === "everything" || change.topic !== tenantTopic) return;
  for (const session of state.open) {
    if (session.tenantId === change.key && !session.busy) close(session);
  }
});
