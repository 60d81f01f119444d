import type { tenants } from "#db/schema/tenants.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { Tenant } from "./schema.ts";

/** A row of `tenants` as it stands on the wire. */
export function toTenant(row: typeof tenants.$inferSelect): Tenant {
  return {
    tenant_id: row.tenantId,
    name: row.name,
    mcp_config: row.mcpConfig as JsonObject,
    tool_limits: row.toolLimits as JsonObject,
    resource_limits: row.resourceLimits as JsonObject,
    ai_providers: row.aiProviders as unknown[],
    egress_allow: row.egressAllow,
    status: row.status,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
