import { randomBytes } from "node:crypto";
import { configureTenant } from "#lib/admin/tenants.ts";
import { mintTenantId, systemCtx } from "#lib/auth/identity.ts";
import type { Ctx, PlatformCtx } from "#lib/core/ctx.ts";
import { allPermissions, type Permission, tenantPermissions } from "#lib/core/permissions.ts";
import type { ConfigureTenantInput } from "#lib/tenants/schema.ts";

/** A platform caller of tests. */
export function platformCtx(permissions: readonly Permission[] = allPermissions): PlatformCtx {
  return { ...systemCtx("test"), permissions: new Set(permissions) };
}

/** A caller inside a tenant, with all of the tenant's permissions unless told otherwise. */
export function tenantCtx(
  tenantId: string,
  permissions: readonly Permission[] = tenantPermissions,
): Ctx {
  return {
    requestId: `test-${randomBytes(6).toString("hex")}`,
    principal: { type: "key", id: "key_test", platform: false, agentId: null },
    permissions: new Set(permissions),
    ip: "127.0.0.1",
    tenantId: mintTenantId(tenantId),
  };
}

/** Creates a tenant of its own for a suite and answers a caller inside it. */
export async function freshTenant(config: Partial<ConfigureTenantInput> = {}): Promise<Ctx> {
  const tenant_id = `t-${randomBytes(8).toString("hex")}`;
  await configureTenant(platformCtx(), { tenant_id, name: tenant_id, ...config });
  return tenantCtx(tenant_id);
}
