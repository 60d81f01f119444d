import {
  createMcpHandler,
  type ServerEvent,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { authInfoOf } from "./caller.ts";
import { concerned, onTenantChange, type TenantEvent } from "./changes.ts";
import { mayHear } from "./hearing.ts";
import { serverFor } from "./server.ts";

const mostStreams = { tenant: 500, process: 10_000 };
const recheckMs = 15_000;

interface Streams {
  /** Ends a stream as the protocol does it; they are all ended when the process drains. */
  ends: Set<() => Promise<void>>;
  perTenant: Map<string, number>;
}

const streams = singleton<Streams>("mcp.streams", () => ({
  ends: new Set(),
  perTenant: new Map(),
}));

function refuseTooMany(tenantId: string): void {
  const open = streams.perTenant.get(tenantId) ?? 0;
  if (open < mostStreams.tenant && streams.ends.size < mostStreams.process) return;
  const value = open < mostStreams.tenant ? mostStreams.process : mostStreams.tenant;
  throw new AppError("rate_limited", `There are ${value} open subscriptions already. Close some.`, {
    retryAfterSeconds: 30,
    extra: { limit: "open_subscriptions", value },
  });
}

function count(tenantId: string, by: 1 | -1): void {
  const open = (streams.perTenant.get(tenantId) ?? 0) + by;
  if (open > 0) streams.perTenant.set(tenantId, open);
  else streams.perTenant.delete(tenantId);
}

const listened = z.object({
  params: z.object({ notifications: z.object({ resourceSubscriptions: z.array(z.string()) }) }),
});

/** The URIs that a client listens to; the SDK tells of those, each by its own name alone. */
function urisOf(body: unknown): string[] {
  return listened.safeParse(body).data?.params.notifications.resourceSubscriptions ?? [];
}

/** Passes an event on, unless it is of a resource that the caller may not read, or no longer. */
async function tell(
  ctx: Ctx,
  event: TenantEvent,
  uris: readonly string[],
  listener: (event: ServerEvent) => void,
) {
  if (event.kind !== "resource_updated") return listener(event);
  try {
    for (const uri of concerned(event, uris)) {
      if (await mayHear(ctx, uri)) listener({ kind: "resource_updated", uri });
    }
  } catch (err) {
    log.debug({ err }, "an MCP subscription was not told");
  }
}

/**
 * Serves `subscriptions/listen` (MCP 2026-07-28): a stream of what changes for the caller's tenant,
 * until the client leaves, the process drains, or `recheck` rejects because the credential is no
 * longer good. Throws `rate_limited` past the caps of open streams.
 */
export async function serveListen(
  ctx: Ctx,
  request: Request,
  body: unknown,
  recheck: () => Promise<void>,
): Promise<Response> {
  refuseTooMany(ctx.tenantId);
  let closed = false;
  const uris = urisOf(body);
  const end = () => handler.close();
  const opened = (unsubscribe: () => void) => {
    const timer = setInterval(() => void recheck().catch(end), recheckMs).unref();
    streams.ends.add(end);
    count(ctx.tenantId, 1);
    return () => {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      streams.ends.delete(end);
      count(ctx.tenantId, -1);
      unsubscribe();
    };
  };
  // A bus and a handler of its own: the SDK's bus knows no tenants.
  const bus: ServerEventBus = {
    publish: () => undefined,
    subscribe: (listener) =>
      opened(onTenantChange(ctx, (event) => void tell(ctx, event, uris, listener))),
  };
  const handler = createMcpHandler(() => serverFor(ctx, "modern"), {
    bus,
    legacy: "reject",
    onerror: (err) => log.debug({ err }, "an MCP subscription was refused"),
  });
  return handler.fetch(request, { parsedBody: body, authInfo: authInfoOf(ctx) });
}

/** Ends every open stream with its last message; for the drain. */
export async function closeStreams(): Promise<void> {
  await Promise.all([...streams.ends].map((end) => end()));
}
