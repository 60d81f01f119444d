import { expect, test } from "vitest";
import { activeHref } from "./active-href.ts";

const hrefs = ["/admin", "/admin/tenants", "/admin/keys"];

test.each([
  ["/admin", "/admin"],
  ["/admin/tenants/cliente_premium/tools", "/admin/tenants"],
  ["/admin/tenantsx", "/admin"],
  ["/portal", null],
])("%s belongs to %s", (pathname, active) => {
  expect(activeHref(pathname, hrefs)).toBe(active);
});
