import { eq } from "drizzle-orm";
import { upstreams } from "#db/schema/upstreams.ts";
import { withTenant } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { notFound } from "#lib/core/errors.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";
import { UpstreamError } from "./errors.ts";
import type { UpstreamAuth, UpstreamTransport } from "./schema.ts";

/** A tenant's registrations changed; the key is the tenant. Health is no change. */
export const upstreamTopic = "upstreams";

/** An upstream as connections need it. */
export interface RegisteredUpstream {
  tenantId: string;
  upstreamId: string;
  name: string;
  prefix: string;
  transport: UpstreamTransport;
  auth: UpstreamAuth;
  enabled: boolean;
  exposeResources: boolean;
  exposePrompts: boolean;
  timeoutMs: number;
  /** Changes with the configuration. */
  revision: string;
}

type Row = typeof upstreams.$inferSelect;

function toRegistered(row: Row): RegisteredUpstream {
  const { tenantId, upstreamId, name, prefix, enabled, timeoutMs } = row;
  const { exposeResources, exposePrompts } = row;
  return {
    ...{ tenantId, upstreamId, name, prefix, enabled, timeoutMs, exposeResources, exposePrompts },
    transport: row.transport as UpstreamTransport,
    auth: row.auth as UpstreamAuth,
    revision: JSON.stringify([row.transport, row.auth, row.enabled, row.createdAt]),
  };
}

const cache = createCache<ReadonlyMap<string, RegisteredUpstream>>({
  name: "upstreams",
  // A tenant that is deleted takes its upstreams along, and its slug may be given out again.
  topic: [upstreamTopic, tenantTopic],
  maxEntries: 2_000,
  ttlMs: 30_000,
  async load(tenantId) {
    const rows = await withTenant(tenantId, (tx) =>
      tx.select().from(upstreams).where(eq(upstreams.tenantId, tenantId)),
    );
    return new Map(rows.map((row) => [row.upstreamId, toRegistered(row)]));
  },
});

/** The tenant's upstreams by their ids, read once and kept until one changes on any process. */
export function upstreamsOf(tenantId: string): Promise<ReadonlyMap<string, RegisteredUpstream>> {
  return cache.get(tenantId);
}

/** One that may be called; throws `not_found`, or `UpstreamError` for one that is switched off. */
export async function enabledUpstream(
  tenantId: string,
  upstreamId: string,
): Promise<RegisteredUpstream> {
  const found = (await upstreamsOf(tenantId)).get(upstreamId);
  if (!found) throw notFound("upstream", upstreamId);
  if (!found.enabled) {
    throw new UpstreamError("unavailable", `The upstream "${upstreamId}" is switched off.`);
  }
  return found;
}
