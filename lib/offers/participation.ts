import { findSnapshot } from "#lib/tenants/snapshot.ts";

/** Whether a tenant takes part in federation now: it is active, and nobody switched that off. */
export async function takesPart(tenantId: string): Promise<boolean> {
  const tenant = (await findSnapshot(tenantId))?.tenant;
  return tenant?.status === "active" && tenant.mcp_config.federation_enabled === true;
}
