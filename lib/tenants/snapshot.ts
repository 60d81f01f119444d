import { eq } from "drizzle-orm";
import { tenants } from "#db/schema/tenants.ts";
import { withTenant } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import { type EgressPolicy, mergePolicies, parseEgressAllow } from "#lib/core/egress.ts";
import { env } from "#lib/core/env.ts";
import { toTenant } from "./row.ts";
import { type Tenant, tenantSlug } from "./schema.ts";

export const tenantTopic = "tenant";

/** What hot paths need to know of a tenant, read once and kept until it changes. */
export interface TenantSnapshot {
  tenant: Tenant;
  requestsPerMinute: number;
  /** Days a memory is kept after its last write; null: for ever. */
  memoryRetentionDays: number | null;
  /** The platform's own tools are offered to the tenant's agents. */
  builtInTools: boolean;
  /** With more tools than this, MCP lists the pinned ones and a search; null: always all. */
  toolSearchAbove: number | null;
  /** Resources are closed to whom none is granted, also those that nobody granted to anyone yet. */
  resourcesGrantedOnly: boolean;
  /** What the tenant's outbound calls may reach; one object while the snapshot lives. */
  egress: EgressPolicy;
}

interface Slot {
  snapshot: TenantSnapshot | null;
}

const cache = createCache<Slot>({
  name: "tenants",
  topic: tenantTopic,
  maxEntries: 10_000,
  ttlMs: 30_000,
  async load(tenantId) {
    const [row] = await withTenant(tenantId, (tx) =>
      tx.select().from(tenants).where(eq(tenants.tenantId, tenantId)),
    );
    return { snapshot: row ? toSnapshot(toTenant(row)) : null };
  },
});

function positive(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function toSnapshot(tenant: Tenant): TenantSnapshot {
  return {
    tenant,
    requestsPerMinute:
      positive(tenant.mcp_config.requests_per_minute) ?? env().TAUSESTACK_REQUESTS_PER_MINUTE,
    memoryRetentionDays: positive(tenant.mcp_config.memory_retention_days),
    builtInTools: tenant.mcp_config.built_in_tools !== false,
    toolSearchAbove: positive(tenant.mcp_config.tool_search_above),
    resourcesGrantedOnly: tenant.mcp_config.resource_access === "granted",
    egress: egressOf(tenant),
  };
}

/** Tenants without an allow-list of their own share the deployment's policy and its connections. */
function egressOf(tenant: Tenant): EgressPolicy {
  const common = env().TAUSESTACK_EGRESS_ALLOW;
  if (tenant.egress_allow.length === 0) return common;
  return mergePolicies(common, parseEgressAllow(tenant.egress_allow.join(",")));
}

/** The tenant's snapshot, or null when there is no such tenant; what is no slug is none. */
export async function findSnapshot(tenantId: string): Promise<TenantSnapshot | null> {
  const slot = cache.peek(tenantId);
  if (slot) return slot.snapshot;
  if (!tenantSlug.safeParse(tenantId).success) return null;
  return (await cache.get(tenantId)).snapshot;
}
