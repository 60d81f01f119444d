import { expect, test } from "vitest";
import { allPermissions, expandScopes, tenantPermissions } from "./permissions.ts";

test("`*` is all that the ceiling allows, and never more", () => {
  expect(expandScopes(["*"], tenantPermissions)).toEqual(new Set(tenantPermissions));
  expect(expandScopes(["*"], allPermissions).has("platform:write")).toBe(true);
  expect(expandScopes(["*", "platform:write"], tenantPermissions).has("platform:write")).toBe(
    false,
  );
});

test("names mean themselves where the ceiling has them; unknown and foreign ones mean nothing", () => {
  const scopes = ["tools:read", "platform:read", "root", "", "TOOLS:WRITE"];
  expect(expandScopes(scopes, tenantPermissions)).toEqual(new Set(["tools:read"]));
  expect(expandScopes([], allPermissions)).toEqual(new Set());
});
