import { join } from "node:path";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import type { Tenant } from "#lib/tenants/schema.ts";
import { folderPath } from "../drivers/file/path.ts";

/**
 * The folder of a tenant's files on this server. It carries when the tenant was made, so that one
 * which is given the id of a deleted tenant finds nothing of it.
 */
export function tenantFolder({ tenant_id, created_at }: Tenant): string {
  return join(env().TAUSESTACK_FILES_DIR, `${tenant_id}.${Date.parse(created_at).toString(36)}`);
}

/** The folder that a resource's `file:///reports/2026` names within the tenant's. */
export function resourceFolder(tenant: Tenant, address: string): string {
  const path = /^file:\/\/\/(.*)$/.exec(address)?.[1] ?? "..";
  const parsed = folderPath.safeParse(path);
  if (parsed.success) return join(tenantFolder(tenant), parsed.data);
  const message = "must be as in file:///reports, a folder within the tenant's own files";
  throw new AppError("invalid_request", `/uri ${message}`, {
    errors: [{ pointer: "/uri", message }],
  });
}
