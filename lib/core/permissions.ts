/** What a tenant's credential may be given; `*` stands for all of them. */
export const tenantPermissions = [
  "tenants:read",
  "memory:read",
  "memory:write",
  "tools:read",
  "tools:write",
  "tools:call",
  "tools:govern",
  "upstreams:read",
  "upstreams:write",
  "secrets:read",
  "secrets:write",
  "resources:read",
  "resources:write",
  "resources:govern",
  "prompts:read",
  "prompts:write",
  "gateway:use",
  "gateway:read",
  "gateway:write",
  "federation:read",
  "federation:write",
  "usage:read",
  "budgets:write",
  "audit:read",
  "keys:read",
  "keys:write",
  "members:read",
  "members:write",
  "apps:read",
  "apps:write",
] as const;

/** What only the operator and platform keys may be given besides. */
export const platformPermissions = ["platform:read", "platform:write"] as const;

export type TenantPermission = (typeof tenantPermissions)[number];
export type Permission = TenantPermission | (typeof platformPermissions)[number];

export const allPermissions: readonly Permission[] = [...tenantPermissions, ...platformPermissions];

/** Scopes as stored (`*` or names) → the permissions that they mean, never more than `ceiling`. */
export function expandScopes(
  scopes: readonly string[],
  ceiling: readonly Permission[],
): ReadonlySet<Permission> {
  if (scopes.includes("*")) return new Set(ceiling);
  return new Set(ceiling.filter((permission) => scopes.includes(permission)));
}

/** What a person may be in a tenant; `lib/auth/roles.ts` says what each may do. */
export const memberRoles = ["owner", "admin", "developer", "billing", "viewer"] as const;

export type Role = (typeof memberRoles)[number];

/** The role under which whoever runs the deployment can be granted things. */
export const operatorRole = "operator";

/** The roles that something can be granted to: a tenant's, and whoever runs the deployment. */
export const grantableRoles = [...memberRoles, operatorRole] as const;
