import { and, eq, sql } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { upstreams } from "#db/schema/upstreams.ts";
import { withTenant } from "#db/transaction.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import type { RegisteredUpstream } from "./registry.ts";
import type { upstreamStatuses } from "./schema.ts";

type Status = (typeof upstreamStatuses)[number];

/** What a call found; `server` where a connection was made. */
export interface Finding {
  status: Exclude<Status, "unknown">;
  error?: string;
  server?: { name: string; version: string; protocol: string };
}

const writeEveryMs = 60_000;
const longestError = 1_000;

const written = singleton(
  "upstream.health",
  () => new LRUCache<string, { status: Status; at: number }>({ max: 10_000 }),
);

/** Writes a finding to the upstream's row: when its status turns, else once a minute at most. */
export function noteHealth({ tenantId, upstreamId }: RegisteredUpstream, found: Finding): void {
  const key = `${tenantId} ${upstreamId}`;
  const last = written.get(key);
  const now = performance.now();
  if (last?.status === found.status && now - last.at < writeEveryMs && !found.server) return;
  written.set(key, { status: found.status, at: now });
  const { server, error } = found;
  const values = {
    status: found.status,
    ...(found.status === "ok"
      ? { lastOkAt: sql`now()`, lastError: null }
      : {
          lastErrorAt: sql`now()`,
          lastError: (error ?? "").slice(0, longestError).toWellFormed(),
        }),
    ...(server
      ? {
          protocolVersion: server.protocol,
          serverInfo: { name: server.name, version: server.version },
        }
      : {}),
  };
  withTenant(tenantId, (tx) =>
    tx
      .update(upstreams)
      .set(values)
      .where(and(eq(upstreams.tenantId, tenantId), eq(upstreams.upstreamId, upstreamId)))
      .returning({ id: upstreams.upstreamId }),
  ).catch((err: unknown) => log.warn({ err, upstreamId }, "an upstream's health is not written"));
}
