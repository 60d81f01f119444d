import { expect, test } from "vitest";
import { type Identity, mintTenantId, tenantFor } from "./identity.ts";
import { keyHint, newKeyText, parseKeyText } from "./key-text.ts";

const identity = (tenant: string | null): Identity => ({
  principal: { type: "key", id: "key_1", platform: tenant === null, agentId: null },
  permissions: new Set(),
  tenantId: tenant === null ? null : mintTenantId(tenant),
});

test("a tenant's credential acts for its tenant, and naming another is refused", () => {
  expect(tenantFor(identity("acme"), null)).toBe("acme");
  expect(tenantFor(identity("acme"), "acme")).toBe("acme");
  for (const named of ["beta", "", "ACME", "default"]) {
    expect(() => tenantFor(identity("acme"), named)).toThrow(
      expect.objectContaining({ code: "wrong_tenant", status: 403 }),
    );
  }
});

test("the platform's credential acts for the tenant that is named, else for default", () => {
  expect(tenantFor(identity(null), "beta")).toBe("beta");
  expect(tenantFor(identity(null), null)).toBe("default");
});

test.each(["acme", "a_b", "a-b_c", "9", "a".repeat(64)])("a key of %s says whose it is", (slug) => {
  const text = newKeyText(slug);
  expect(parseKeyText(text)).toEqual({ kind: "tenant", tenantId: slug });
  expect(keyHint(text)).toBe(`tsk_${slug}_…${text.slice(-4)}`);
});

test("a platform key is told from a tenant's", () => {
  const text = newKeyText(null);
  expect(parseKeyText(text)).toEqual({ kind: "platform" });
  expect(text).toHaveLength(47);
});

test.each(["", "tsp_", "tsk_acme", `tsk__${"x".repeat(43)}`, ` ${newKeyText(null)}`])(
  "%j is no key",
  (text) => {
    expect(parseKeyText(text)).toBeNull();
  },
);
