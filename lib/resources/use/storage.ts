import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { withTenant } from "#db/transaction.ts";
import { env } from "#lib/core/env.ts";
import { lockQuota } from "#lib/tenants/lock-quota.ts";
import type { Tenant } from "#lib/tenants/schema.ts";
import { localStore } from "../drivers/file/local.ts";
import { tenantFolder } from "./folder-root.ts";

/**
 * Counts a tenant's storage anew: what is kept in the database and the files in its folder, where an
 * operator may have put some, or a crash may have left one uncounted. Bytes.
 */
export async function recountStorage(tenant: Tenant): Promise<number> {
  const { tenant_id: tenantId } = tenant;
  const store = localStore(tenantFolder(tenant));
  return withTenant(tenantId, async (tx) => {
    await lockQuota(tx, tenantId, "storage_bytes");
    const files = await store.measure();
    const [row] = await tx.execute<{ used: string }>(sql`
      update tenant_quotas set used = ${files} + (
        select coalesce(sum(size), 0) from resource_contents where tenant_id = ${tenantId})
      where tenant_id = ${tenantId} and quota = 'storage_bytes' returning used`);
    return Number(row?.used ?? 0);
  });
}

/** Removes the files of tenants that are there no more; how many tenants they were of. */
export async function removeOrphans(tenants: readonly Tenant[]): Promise<number> {
  const root = env().TAUSESTACK_FILES_DIR;
  const known = new Set(tenants.map((tenant) => tenantFolder(tenant)));
  const folders = await readdir(root, { withFileTypes: true }).catch(() => []);
  const orphans = folders.filter(
    (entry) =>
      entry.isDirectory() &&
      /^[^.]+\.[0-9a-z]+$/.test(entry.name) &&
      !known.has(join(root, entry.name)),
  );
  for (const { name } of orphans) await rm(join(root, name), { recursive: true, force: true });
  return orphans.length;
}
