import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { listMemories } from "#lib/memory/service.ts";
import { getTenant } from "#lib/tenants/service.ts";
import { platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { listTools } from "#lib/tools/service.ts";
import { seedDemo } from "./seed.ts";
import { premium } from "./tenants/premium.ts";

useTestDatabase();

test("a seeding that was cut short is completed at the next start, on another port", async () => {
  const ctx = tenantCtx("cliente_premium");
  const half = { ...premium.config, egress_allow: ["127.0.0.1:1"], name: "Half" };
  await configureTenant(platformCtx(), half);

  await seedDemo("http://127.0.0.1:2");

  const tools = (await listTools(ctx, { include_dynamic: true })).items;
  const addresses = tools.map((tool) => String(tool.config.implementation));
  expect(addresses.filter((text) => text.startsWith("http")).sort()).toEqual([
    "http://127.0.0.1:2/analytics",
    "http://127.0.0.1:2/invoices",
    "http://127.0.0.1:2/support",
  ]);
  expect((await listMemories(ctx, {})).items).toHaveLength(2);
  const tenant = await getTenant(ctx);
  expect(tenant.name).toBe("Half");
  expect(tenant.egress_allow).toContain("127.0.0.1:2");
});
