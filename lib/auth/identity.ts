import type { Ctx, PlatformCtx, Principal, TenantId } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { allPermissions, type Permission } from "#lib/core/permissions.ts";

/**
 * A verified credential: who it is, and the tenant it is bound to. Null: the whole deployment, or a
 * person who has not said for which tenant they act, and who may do nothing until then.
 */
export interface Identity {
  principal: Principal;
  permissions: ReadonlySet<Permission>;
  tenantId: TenantId | null;
}

/** The one place that brands a slug: call it with what a verified credential may act for. */
export function mintTenantId(slug: string): TenantId {
  return slug as TenantId;
}

/** The tenant that an identity acts for when `named` is asked; throws `wrong_tenant` (403). */
export function tenantFor(identity: Identity, named: string | null): TenantId {
  if (identity.tenantId === null) {
    if (identity.principal.type === "member") {
      throw new AppError("forbidden", "A person acts for tenants that they belong to.");
    }
    return mintTenantId(named ?? "default");
  }
  if (named !== null && named !== identity.tenantId) {
    throw new AppError(
      "wrong_tenant",
      "The credential belongs to another tenant than the one that the request names.",
    );
  }
  return identity.tenantId;
}

/** The platform's own caller, for jobs and the first start; its verbs are audited like any other. */
export function systemCtx(name: string): PlatformCtx {
  return {
    requestId: `job-${name}`,
    principal: { type: "system", id: name },
    permissions: new Set(allPermissions),
    ip: null,
    platform: true,
    ownTenantId: null,
  };
}

/** The same caller inside one tenant. */
export function systemTenantCtx(name: string, tenantId: string): Ctx {
  return { ...systemCtx(name), tenantId: mintTenantId(tenantId) };
}
