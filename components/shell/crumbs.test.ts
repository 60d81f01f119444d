import { expect, test } from "vitest";
import { crumbs } from "./crumbs.ts";

const labels = { tenants: "Tenants", keys: "API keys" };

test("segments are named, ids are shown as they are, and each leads to its own page", () => {
  expect(crumbs("/admin/tenants/cliente_premium/keys", "/admin", labels)).toEqual([
    { href: "/admin/tenants", label: "Tenants" },
    { href: "/admin/tenants/cliente_premium", label: "cliente_premium" },
    { href: "/admin/tenants/cliente_premium/keys", label: "API keys" },
  ]);
});

test("an encoded id is readable in the label and stays encoded in the address", () => {
  expect(crumbs("/admin/agent%20one", "/admin", labels)).toEqual([
    { href: "/admin/agent%20one", label: "agent one" },
  ]);
});

test("a malformed escape is shown as it came", () => {
  expect(crumbs("/admin/50%", "/admin", labels)[0]?.label).toBe("50%");
});

test("the root itself has no crumbs", () => {
  expect(crumbs("/admin", "/admin", labels)).toEqual([]);
});
