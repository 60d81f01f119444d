import { expect, test } from "vitest";
import {
  memberRoles,
  platformPermissions,
  type Role,
  tenantPermissions,
} from "#lib/core/permissions.ts";
import { permissionsOf } from "./roles.ts";

const lacking = (role: Role) => tenantPermissions.filter((name) => !permissionsOf(role).has(name));

test("owners and admins may do everything in the tenant, developers all but manage members and budgets", () => {
  expect(lacking("owner")).toEqual([]);
  expect(lacking("admin")).toEqual([]);
  expect(lacking("developer")).toEqual(["budgets:write", "members:write"]);
});

test("a viewer reads everything and changes nothing, billing sees usage and sets budgets", () => {
  expect(lacking("viewer").every((name) => !name.endsWith(":read"))).toBe(true);
  expect([...permissionsOf("viewer")].every((name) => name.endsWith(":read"))).toBe(true);
  expect(permissionsOf("billing")).toEqual(
    new Set(["tenants:read", "usage:read", "budgets:write"]),
  );
});

test("no role reaches past its tenant, and one that is not known may do nothing", () => {
  for (const role of memberRoles) {
    for (const name of platformPermissions) expect(permissionsOf(role).has(name)).toBe(false);
  }
  expect(permissionsOf("root" as Role)).toEqual(new Set());
});
