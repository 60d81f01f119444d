import { systemTenantCtx } from "#lib/auth/identity.ts";
import { getKey } from "#lib/auth/keys.ts";
import type { Principal } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { allPermissions } from "#lib/core/permissions.ts";
import { findGrant, holderOf } from "#lib/oauth/grant-lookup.ts";
import { holderPermissions } from "#lib/oauth/holder.ts";
import type { TaskRow } from "./row.ts";

/** What a task's maker may do now, whatever it could when the task began. */
async function permissionsNow({ tenantId, principal }: TaskRow): Promise<ReadonlySet<string>> {
  const maker = principal as Principal;
  if (maker.type === "key") {
    const key = await getKey(systemTenantCtx("tasks", tenantId), maker.id).catch((error) => {
      if (error instanceof AppError && error.code === "not_found") return null;
      throw error;
    });
    // The scopes of a key never change.
    return new Set(key?.status === "active" ? allPermissions : []);
  }
  if (maker.type === "client") {
    const grant = await findGrant(tenantId, maker.id);
    if (!grant) return new Set();
    return holderPermissions(holderOf(grant), tenantId);
  }
  // Tasks are of this tenant's own callers; what comes by an offer makes none.
  if (maker.type === "offer") return new Set();
  if (maker.type === "system") return new Set(allPermissions);
  return holderPermissions({ type: maker.type, id: maker.id }, tenantId);
}

/** What is left of the permissions that a task's maker had: none once the credential is revoked. */
export async function remainingPermissions(row: TaskRow): Promise<string[]> {
  const now = await permissionsNow(row);
  return row.permissions.filter((permission) => now.has(permission));
}
