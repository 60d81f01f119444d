import { type Permission, type Role, tenantPermissions } from "#lib/core/permissions.ts";

/** What each role may do in its tenant. */
const permissionsByRole: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(tenantPermissions),
  admin: new Set(tenantPermissions),
  developer: new Set(
    tenantPermissions.filter((name) => name !== "members:write" && name !== "budgets:write"),
  ),
  billing: new Set(["tenants:read", "usage:read", "budgets:write"] as const),
  viewer: new Set(tenantPermissions.filter((name) => name.endsWith(":read"))),
};

const nothing: ReadonlySet<Permission> = new Set();

/** The permissions of a role; none for one that this version does not know. */
export function permissionsOf(role: Role): ReadonlySet<Permission> {
  return permissionsByRole[role] ?? nothing;
}
