import { eq } from "drizzle-orm";
import { aiRoutes } from "#db/schema/gateway.ts";
import { withTenant } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";

export const routeTopic = "ai-routes";

/** What a request needs to know of a route. */
export interface KeptRoute {
  targets: readonly { model: string; weight?: number | undefined }[];
  timeoutMs: number;
}

const cache = createCache<ReadonlyMap<string, KeptRoute>>({
  name: "ai-routes",
  // A tenant that is deleted takes its routes along, and its slug may be given out again.
  topic: [routeTopic, tenantTopic],
  maxEntries: 2_000,
  ttlMs: 30_000,
  async load(tenantId) {
    const rows = await withTenant(tenantId, (tx) =>
      tx.select().from(aiRoutes).where(eq(aiRoutes.tenantId, tenantId)).orderBy(aiRoutes.alias),
    );
    return new Map(rows.map(({ alias, targets, timeoutMs }) => [alias, { targets, timeoutMs }]));
  },
});

/** The tenant's routes by alias, kept until they change. */
export function keptRoutes(tenantId: string): Promise<ReadonlyMap<string, KeptRoute>> {
  return cache.get(tenantId);
}
