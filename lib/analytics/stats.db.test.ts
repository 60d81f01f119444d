import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { registerMemory } from "#lib/memory/service.ts";
import { registerResource } from "#lib/resources/service.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, startDeployment } from "#lib/testing/deployment.ts";
import { registerTool } from "#lib/tools/service.ts";
import { flushLedger, recordUsage } from "#lib/usage/ledger.ts";
import { tenantStats } from "./schema.ts";
import { getStats } from "./stats.ts";

useTestDatabase();
afterAll(flushLedger);

let ctx: Ctx;
let other: Ctx;

beforeAll(async () => {
  ctx = await freshTenant({
    mcp_config: { max_memory_entries: 10, memory_retention_days: 7 },
    tool_limits: { max_tools: 5, max_dynamic_tools: 0 },
    resource_limits: { max_resources: null },
  });
  other = await freshTenant();
  for (const agent_id of ["old", "a", "b"]) await registerMemory(ctx, { agent_id });
  await withTenant(ctx.tenantId, (tx) =>
    tx.execute(sql`update memories set updated_at = now() - interval '8 days'
      where tenant_id = ${ctx.tenantId} and agent_id = 'old'`),
  );
  const configs = [
    { type: "search" },
    { type: "search" },
    { type: 7 },
    { type: "ñ", nul: "\0" },
    {},
  ];
  for (const [n, config] of configs.entries()) {
    await registerTool(ctx, { tool_id: `t${n}`, name: `t${n}`, config });
  }
  for (const [n, type] of ["file", "api", "file"].entries()) {
    await registerResource(ctx, { resource_id: `r${n}`, name: "r", type, uri: "/r" });
  }
  await recordUsage(ctx, {
    ...{ kind: "ai_call", name: "chat", status: "error", durationMs: 5 },
    ...{ tokensIn: 11, tokensOut: 13, costMicros: 17 },
  });
});

test("a tenant's statistics count what it has, without expired memories, and what is left", async () => {
  await flushLedger();
  const stats = await getStats(ctx);
  expect(stats).toEqual({
    tenant_id: ctx.tenantId,
    memories_count: 2,
    tools_count: 5,
    dynamic_tools_count: 0,
    resources_count: 3,
    resource_types: ["api", "file"],
    tool_types: ["search", "ñ"],
    calls: expect.any(Number),
    errors: 1,
    tokens_in: 11,
    tokens_out: 13,
    ...{ cost_micros: 17, calls_unpriced: 0 },
    limits: {
      max_memory_entries: { value: 10, used: 2, left: 8 },
      max_tools: { value: 5, used: 5, left: 0 },
      max_dynamic_tools: { value: 0, used: 0, left: 0 },
      max_resources: { value: null, used: 3, left: null },
      storage_bytes: { value: null, used: 0, left: null },
      max_prompts: { value: null, used: 0, left: null },
      max_running_tasks: { value: 100, used: 0, left: 100 },
    },
  });
  // Three memories, three resources and the call; tools are metered when they are called.
  expect(stats.calls).toBeGreaterThanOrEqual(7);
  expect(tenantStats.parse(stats)).toEqual(stats);
});

test("a tenant that has nothing has zeros, and nothing of another tenant's", async () => {
  expect(await getStats(other)).toMatchObject({
    ...{ memories_count: 0, tools_count: 0, dynamic_tools_count: 0, resources_count: 0 },
    ...{ resource_types: [], tool_types: [], calls: 0, errors: 0, cost_micros: 0 },
    limits: { max_memory_entries: { value: null, used: 0, left: null } },
  });
});

test("a limit lowered below what is there leaves nothing, not less", async () => {
  const { configureTenant } = await import("#lib/admin/tenants.ts");
  const { platformCtx } = await import("#lib/testing/context.ts");
  const lowered = await freshTenant();
  await registerMemory(lowered, { agent_id: "a" });
  await registerMemory(lowered, { agent_id: "b" });
  await configureTenant(platformCtx(), {
    ...{ tenant_id: lowered.tenantId, name: "Lowered", mcp_config: { max_memory_entries: 1 } },
  });
  const { limits } = await getStats(lowered);
  expect(limits.max_memory_entries).toEqual({ value: 1, used: 2, left: 0 });
});

test.each([["tenants:read"], ["usage:read"]] as const)(
  "statistics need more than %s alone",
  async (permission) => {
    await expect(getStats(tenantCtx(ctx.tenantId, [permission]))).rejects.toMatchObject({
      code: "insufficient_scope",
    });
    await expect(
      getStats(tenantCtx(ctx.tenantId, ["tenants:read", "usage:read"])),
    ).resolves.toBeDefined();
  },
);

test("the address serves the tenant itself and the platform; to others it is a missing tenant", async () => {
  const deployment: Listening = await startDeployment(
    createApiLane(await loadRoutes(join(process.cwd(), "app", "(api)"))),
  );
  const { key } = await createKey(ctx, { name: "own", scopes: ["tenants:read", "usage:read"] });
  const { key: foreign } = await createKey(other, { name: "other", scopes: ["*"] });
  const { platformCtx } = await import("#lib/testing/context.ts");
  const platform = await createKey(
    { ...platformCtx(), tenantId: ctx.tenantId },
    { name: "platform", kind: "platform", scopes: ["*"] },
  );
  const get = async (tenantId: string, bearer: string, headers = {}) => {
    const response = await fetch(`${deployment.url}/tenants/${tenantId}/stats`, {
      headers: { authorization: `Bearer ${bearer}`, ...headers },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  try {
    const { tenantId } = ctx;
    for (const bearer of [key, platform.key]) {
      const answer = await get(tenantId, bearer);
      expect(answer).toMatchObject({ status: 200, body: { tenant_id: tenantId, tools_count: 5 } });
    }
    const inHeader = await get(tenantId, platform.key, { "x-tenant-id": other.tenantId });
    expect(inHeader.body).toMatchObject({ tenant_id: tenantId });
    const hidden = await get(tenantId, foreign);
    const missing = await get("nobody", foreign);
    expect(hidden).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(missing).toMatchObject({ status: 404, body: { code: "not_found" } });
    expect(String(hidden.body.detail).replace(tenantId, "nobody")).toBe(missing.body.detail);
    expect(await get("nobody", platform.key)).toMatchObject({ status: 404 });
  } finally {
    await deployment.close();
  }
});
