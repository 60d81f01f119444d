import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant, deleteTenant, listTenants } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import { parse } from "#lib/core/parse.ts";
import { deleteMemory, listMemories } from "#lib/memory/service.ts";
import { listPrompts } from "#lib/prompts/service.ts";
import { deleteResource, listResources } from "#lib/resources/service.ts";
import { configureTenantInput } from "#lib/tenants/schema.ts";
import { getTenant } from "#lib/tenants/service.ts";
import { platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { callTool } from "#lib/tools/calls/call.ts";
import { deleteTool, getTool, listTools, registerTool } from "#lib/tools/service.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { findDemoPort, seedDemo } from "./seed.ts";
import { demoTenants } from "./tenants.ts";
import { type DemoUpstream, startDemoUpstream } from "./upstream.ts";

useTestDatabase();

const ids = demoTenants.map(({ config }) => config.tenant_id);
const premium = tenantCtx("cliente_premium");
const basico = tenantCtx("cliente_basico");
const enterprise = tenantCtx("cliente_enterprise");

let upstream: DemoUpstream;

beforeAll(async () => {
  upstream = await startDemoUpstream();
});

afterAll(() => upstream.close());

beforeEach(() => seedDemo(upstream.url));

async function contents() {
  const found = [];
  for (const tenant_id of ids) {
    const ctx = tenantCtx(tenant_id);
    found.push({
      tenant: await getTenant(ctx),
      memories: (await listMemories(ctx, {})).items,
      tools: (await listTools(ctx, { include_dynamic: true })).items,
      resources: (await listResources(ctx, {})).items,
      prompts: (await listPrompts(ctx, {})).items,
    });
  }
  return found;
}

test("an empty deployment gets 3 tenants, 5 memories, 6 dynamic tools, 2 others, 8 resources and 5 prompts", async () => {
  const found = await contents();
  const counts = (part: "memories" | "tools" | "resources" | "prompts") =>
    found.map((tenant) => tenant[part].length);
  expect([counts("memories"), counts("tools"), counts("resources"), counts("prompts")]).toEqual([
    [2, 1, 2],
    [4, 1, 3],
    [3, 2, 3],
    [2, 1, 2],
  ]);
  const tools = found.flatMap((tenant) => tenant.tools);
  expect(tools.filter((tool) => tool.is_dynamic)).toHaveLength(6);
  expect(found.map(({ tenant }) => tenant.egress_allow)).toEqual(
    ids.map(() => [`127.0.0.1:${upstream.port}`]),
  );
});

test("every seeded tool answers its example through the egress guard", async () => {
  for (const { config, tools, developed } of demoTenants) {
    for (const tool of [...tools, ...developed]) {
      const result = await callTool(tenantCtx(config.tenant_id), {
        mcpName: tool.name,
        arguments: tool.example,
      });
      expect(result.isError, JSON.stringify(result)).not.toBe(true);
    }
  }
});

test("the code tool puts the answers of another tool together, and a secret opens the invoices", async () => {
  const report = await callTool(premium, {
    mcpName: "informe_semanal",
    arguments: { metric: "pedidos" },
  });
  expect(report.structuredContent).toMatchObject({
    metric: "pedidos",
    summary: { total: expect.any(Number) },
    trend: { direction: expect.any(String) },
    forecast: { next_week: expect.any(Number) },
  });
  const invoices = await callTool(premium, {
    mcpName: "facturas_del_mes",
    arguments: { month: "2025-09" },
  });
  expect(invoices.structuredContent).toMatchObject({ total: 1778.7 });
});

test("seeding again changes nothing, and puts no call into the ledger", async () => {
  const before = await contents();
  const calls = await reportUsage(premium, { kind: "tool_call" });
  await seedDemo(upstream.url);
  expect(await contents()).toEqual(before);
  expect((await reportUsage(premium, { kind: "tool_call" })).total).toEqual(calls.total);
});

test("the port that the tools call is found again, so that a restart need not change them", async () => {
  expect(await findDemoPort()).toBe(upstream.port);
});

test("an upstream on another port gets the tools and the allow-list, and nothing else moves", async () => {
  const before = await contents();
  const other = await startDemoUpstream();
  await seedDemo(other.url);
  const after = await contents();
  const moved = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll(`:${other.port}`, `:${upstream.port}`));
  const untimed = (found: typeof before) =>
    found.map(({ tenant, tools, ...rest }) => ({
      ...rest,
      tenant: { ...tenant, updated_at: "" },
      tools: tools.map((tool) => ({
        ...tool,
        ...{ updated_at: "", revision: 0, latest_revision: 0 },
      })),
    }));
  expect(after.flatMap(({ tools }) => tools.map((tool) => tool.config.implementation))).toEqual(
    before.flatMap(({ tools }) =>
      tools.map((tool) => String(tool.config.implementation).replace(upstream.url, other.url)),
    ),
  );
  expect(moved(untimed(after))).toEqual(untimed(before));
  const result = await callTool(basico, {
    mcpName: "basic_search",
    arguments: { query: "factura" },
  });
  expect(result.isError, JSON.stringify(result)).not.toBe(true);
  await seedDemo(upstream.url);
  await other.close();
});

test("what the operator has changed stays changed when the port moves", async () => {
  const tool = await getTool(premium, "premium_analytics");
  await registerTool(premium, {
    ...tool,
    config: { implementation: "https://own.example/analytics" },
  });
  const support = await getTool(premium, "priority_support");
  await registerTool(premium, {
    ...support,
    description: "Ours",
    config: { ...support.config, timeout_ms: 1234 },
  });
  const tenant = await getTenant(premium);
  const changed = {
    ...tenant,
    name: "Renamed",
    tool_limits: { max_tools: 7 },
    egress_allow: [...tenant.egress_allow, "10.0.0.0/8"],
  };
  await configureTenant(platformCtx(), parse(configureTenantInput, changed));

  const other = await startDemoUpstream();
  await seedDemo(other.url);

  expect((await getTool(premium, "premium_analytics")).config).toEqual({
    implementation: "https://own.example/analytics",
  });
  expect(await getTool(premium, "priority_support")).toMatchObject({
    description: "Ours",
    config: { timeout_ms: 1234, implementation: `${other.url}/support` },
  });
  expect(await getTenant(premium)).toMatchObject({
    name: "Renamed",
    tool_limits: { max_tools: 7 },
    egress_allow: ["10.0.0.0/8", `127.0.0.1:${other.port}`],
  });
  await other.close();
});

test("what the operator has deleted does not come back", async () => {
  await deleteMemory(enterprise, "agente_orquestador");
  await deleteTool(enterprise, "multi_region_sync");
  await deleteResource(enterprise, "enterprise_api");
  await deleteTenant(platformCtx(), "cliente_basico");

  const other = await startDemoUpstream();
  await seedDemo(other.url);
  await other.close();

  const { items } = await listTenants(platformCtx(), {});
  expect(items.map((tenant) => tenant.tenant_id)).not.toContain("cliente_basico");
  const memories = (await listMemories(enterprise, {})).items;
  const tools = (await listTools(enterprise, { include_dynamic: true })).items;
  const resources = (await listResources(enterprise, {})).items;
  expect([memories.length, tools.length, resources.length]).toEqual([1, 2, 2]);
});

test("the audit log names the seeding as who made it all", async () => {
  const { items } = await listAudit(enterprise, { action: "tool.create" });
  expect(items.map((entry) => [entry.principal_type, entry.principal_id])).toEqual(
    demoTenants[2]?.tools.map(() => ["system", "demo-seed"]),
  );
});
