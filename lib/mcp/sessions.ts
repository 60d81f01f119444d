import { randomUUID } from "node:crypto";
import {
  type McpServer,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { env } from "#lib/core/env.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { authInfoOf } from "./caller.ts";
import { concerned, onTenantChange, type TenantEvent } from "./changes.ts";
import { mayHear } from "./hearing.ts";
import type { Subscriptions } from "./resources.ts";
import { serverFor } from "./server.ts";

/** A legacy client (≤ 2025-11-25) that may be asked things and told of changes. */
interface Session {
  id: string;
  tenantId: string;
  principalId: string;
  /** Who opened it. */
  ctx: Ctx;
  server: McpServer;
  subscriptions: Subscriptions;
  transport: WebStandardStreamableHTTPServerTransport;
  /** Requests being answered and streams being held; none of them: idle. */
  busy: number;
  lastUsedAt: number;
  /** Rejects when the credential that the session was last used with is no longer good. */
  recheck: () => Promise<void>;
  end(): void;
}

const sweepMs = 15_000;

/** In the order of last use, so that the first is the one to give up. */
const sessions = singleton("mcp.sessions", () => new Map<string, Session>());
const sweeper = singleton("mcp.sessionSweeper", () => ({ timer: null as NodeJS.Timeout | null }));

/** Whether legacy clients get a session: not where their next request may reach another process. */
export function hasSessions(): boolean {
  const { TAUSESTACK_MCP_SESSIONS, WEB_CONCURRENCY } = env();
  return TAUSESTACK_MCP_SESSIONS === "auto"
    ? WEB_CONCURRENCY === 1
    : TAUSESTACK_MCP_SESSIONS === "on";
}

function touch(session: Session): void {
  session.lastUsedAt = Date.now();
  // One that has ended meanwhile must not come back.
  if (sessions.delete(session.id)) sessions.set(session.id, session);
}

/** Makes room: the tenant's own idle session goes first, so that no tenant ends another's before. */
function makeRoom(tenantId: string): boolean {
  const { TAUSESTACK_MCP_SESSIONS_PER_TENANT: perTenant, TAUSESTACK_MCP_SESSIONS_MAX: most } =
    env();
  const own = [...sessions.values()].filter((session) => session.tenantId === tenantId);
  if (own.length >= perTenant) {
    const idle = own.find(({ busy }) => busy === 0);
    idle?.end();
    return idle !== undefined;
  }
  if (sessions.size < most) return true;
  const idle = [...sessions.values()].find(({ busy }) => busy === 0);
  idle?.end();
  return idle !== undefined;
}

async function sweep(): Promise<void> {
  const idleMs = env().TAUSESTACK_MCP_SESSION_IDLE_SECONDS * 1000;
  for (const session of [...sessions.values()]) {
    if (session.busy === 0 && Date.now() - session.lastUsedAt > idleMs) session.end();
    else if (session.busy > 0) await session.recheck().catch(() => session.end());
  }
  if (sessions.size > 0 || !sweeper.timer) return;
  clearInterval(sweeper.timer);
  sweeper.timer = null;
}

function startSweeping(): void {
  sweeper.timer ??= setInterval(
    () => void sweep().catch((err: unknown) => log.warn({ err }, "sweeping MCP sessions")),
    sweepMs,
  ).unref();
}

async function tell({ ctx, server: { server }, subscriptions }: Session, event: TenantEvent) {
  switch (event.kind) {
    case "tools_list_changed":
      return server.sendToolListChanged();
    case "prompts_list_changed":
      return server.sendPromptListChanged();
    case "resources_list_changed":
      return server.sendResourceListChanged();
    case "resource_updated":
      for (const uri of concerned(event, subscriptions)) {
        if (await mayHear(ctx, uri)) await server.sendResourceUpdated({ uri });
      }
  }
}

/**
 * Opens a session for a legacy client's `initialize`; null where there is no room, and the client
 * is served without one: it can be asked nothing then.
 */
export async function openSession(ctx: Ctx): Promise<Session | null> {
  const subscriptions: Subscriptions = new Set();
  const server = await serverFor(ctx, "legacy", subscriptions);
  const id = randomUUID();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    onsessionclosed: () => session.end(),
  });
  const session: Session = {
    id,
    tenantId: ctx.tenantId,
    principalId: ctx.principal.id,
    ctx,
    server,
    subscriptions,
    transport,
    busy: 0,
    lastUsedAt: Date.now(),
    recheck: async () => undefined,
    end() {
      if (!sessions.delete(id)) return;
      stopTelling();
      void server.close();
    },
  };
  await server.connect(transport);
  // Nothing is awaited from here on: others that begin at the same time count this one.
  if (!makeRoom(ctx.tenantId)) return null;
  const stopTelling = onTenantChange(ctx, (event) => {
    tell(session, event).catch((err: unknown) => log.debug({ err }, "an MCP session was not told"));
  });
  sessions.set(id, session);
  startSweeping();
  return session;
}

/** The caller's own session of that id; null for one that is gone, another's, or another process's. */
export function findSession(ctx: Ctx, id: string): Session | null {
  const session = sessions.get(id);
  if (session?.tenantId !== ctx.tenantId || session.principalId !== ctx.principal.id) return null;
  return session;
}

/** Answers one HTTP request of a session. */
export async function serveSession(
  session: Session,
  ctx: Ctx,
  request: Request,
  body: unknown,
  recheck: () => Promise<void>,
): Promise<Response> {
  touch(session);
  session.recheck = recheck;
  session.busy += 1;
  const done = () => {
    session.busy -= 1;
    touch(session);
  };
  try {
    const response = await session.transport.handleRequest(request, {
      authInfo: authInfoOf(ctx),
      ...(body === undefined ? {} : { parsedBody: body }),
    });
    return whenOver(response, done);
  } catch (error) {
    done();
    throw error;
  }
}

/** Calls `done` when the response's body has been read or given up. */
function whenOver(response: Response, done: () => void): Response {
  if (!response.body) {
    done();
    return response;
  }
  let isOver = false;
  const over = () => {
    if (!isOver) done();
    isOver = true;
  };
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done: ended, value } = await reader.read().catch((error: unknown) => {
        over();
        throw error;
      });
      if (!ended) return controller.enqueue(value);
      over();
      controller.close();
    },
    async cancel(reason) {
      over();
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

export function sessionCount(): number {
  return sessions.size;
}

/** Ends every session; for the drain. */
export function closeSessions(): void {
  for (const session of [...sessions.values()]) session.end();
}
