import { join } from "node:path";
import { env } from "#lib/core/env.ts";
import type { Tenant } from "#lib/tenants/schema.ts";
import { parseFolderAddress } from "../drivers/file/folder-address.ts";

/**
 * The folder of a tenant's files on this server. It carries when the tenant was made, so that one
 * which is given the id of a deleted tenant finds nothing of it.
 */
export function tenantFolder({ tenant_id, created_at }: Tenant): string {
  return join(env().TAUSESTACK_FILES_DIR, `${tenant_id}.${Date.parse(created_at).toString(36)}`);
}

/** The folder that a resource's `file:///reports/2026` names within the tenant's. */
export function resourceFolder(tenant: Tenant, address: string): string {
  return join(tenantFolder(tenant), parseFolderAddress(address));
}
