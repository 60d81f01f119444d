import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { deleteBudget, listBudgets, putBudget } from "#lib/budgets/service.ts";
import { standing } from "#lib/budgets/testing.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { putPrices } from "#lib/prices/service.ts";
import { type ModelServer, openai, startModelServer, status } from "#lib/providers/testing.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { callTool } from "../calls/call.ts";
import { registerTool } from "../service.ts";

useTestDatabase();

let far: ModelServer;
beforeAll(async () => {
  far = await startModelServer();
});
afterAll(async () => {
  await flushLedger();
  await far.listening.close();
});
afterEach(() => far.reset());

const prices = { m: { input_micros: 1_000_000, output_micros: 2_000_000 } };
/** `openaiUsage` at these prices. */
const costMicros = 11 + 14;
const day = { scope: "tenant", period: "day" } as const;

async function tenant(more: JsonObject = {}, config: JsonObject = {}): Promise<Ctx> {
  const base_url = `${far.listening.url}/v1`;
  const house = { name: "house", type: "openai", base_url, api_key: "sk-house", prices, ...more };
  const ctx = await freshTenant({ ai_providers: [house], egress_allow: [far.listening.host] });
  const asks = { implementation: "ai:house/m", prompt: "Hello", max_tokens: 50, retries: 0 };
  await registerTool(ctx, { tool_id: "ask", name: "ask", config: { ...asks, ...config } });
  return ctx;
}

async function call(ctx: Ctx) {
  const result = await callTool(ctx, { mcpName: "ask", arguments: {} });
  return (result.structuredContent as { error?: JsonObject } | undefined)?.error ?? null;
}

test("a call that may pass the budget does not reach the model, and says which budget, what is left and until when", async () => {
  const ctx = await tenant();
  await putBudget(ctx, { ...day, limit_micros: 500 });
  far.answers = [openai("Hi"), openai("Hi")];
  expect(await call(ctx)).toBeNull();
  expect(await standing(ctx)).toEqual({ spent: costMicros, reserved: 0, open: 0 });
  await putBudget(ctx, { ...day, limit_micros: 100 });
  expect(await call(ctx)).toMatchObject({
    ...{ code: "budget_exceeded", limit_micros: 100, left_micros: 100 - costMicros },
    ...{ resets_at: expect.stringMatching(/T00:00:00/), message: expect.stringContaining("left") },
  });
  expect(far.asked).toHaveLength(1);
  const { rows } = await reportUsage(ctx, { kind: "ai_call", group_by: "status" });
  expect(rows).toMatchObject([
    { group: "error", calls: 1, cost_micros: 0, calls_unpriced: 0 },
    { group: "ok", calls: 1, cost_micros: costMicros },
  ]);
});

test.each([
  ["is free where the provider refused", () => status(400, { error: { message: "no" } }), 0],
  ["is the worst case where the provider broke", () => status(500, { error: {} }), 1],
  ["is the worst case where nobody counted", () => openai("Hi", {}, null), 1],
])("what a failed call settles %s", async (_, answer, share) => {
  const ctx = await tenant();
  await putBudget(ctx, { ...day, limit_micros: 10_000 });
  far.answers = [answer()];
  await call(ctx);
  const { spent, reserved, open } = await standing(ctx);
  expect({ reserved, open }).toEqual({ reserved: 0, open: 0 });
  if (share === 0) expect(spent).toBe(0);
  else expect(spent).toBeGreaterThan(100 + 256);
});

test("a call whose key is missing gives its reservation back at once", async () => {
  const ctx = await tenant({ api_key: undefined, api_key_secret: "NONE" } as never);
  await putBudget(ctx, { ...day, limit_micros: 10_000 });
  expect(await call(ctx)).toMatchObject({ code: "secret_unavailable" });
  expect(await standing(ctx)).toEqual({ spent: 0, reserved: 0, open: 0 });
});

test("a model without a price is refused under a budget, unless the budget lets it pass", async () => {
  const ctx = await tenant({ prices: {} });
  await putBudget(ctx, { ...day, limit_micros: 10_000 });
  expect(await call(ctx)).toMatchObject({ code: "cost_unknown" });
  expect(far.asked).toHaveLength(0);
  await putBudget(ctx, { ...day, limit_micros: 10_000, unpriced: "allow" });
  far.answers = [openai("Hi"), openai("Hi")];
  expect(await call(ctx)).toBeNull();
  const { items } = await listBudgets(ctx, { limit: 10 });
  await deleteBudget(ctx, items[0]?.budget_id ?? "");
  expect(await call(ctx)).toBeNull();
});

const priceIds = async ({ tenantId }: Ctx) => {
  const rows = await database().owner`
    select price_id, cost_micros::int as cost from usage_events
    where tenant_id = ${tenantId} and kind = 'ai_call' order by at, event_id`;
  return rows.map((row) => [row.price_id, row.cost]);
};

test("the entry's own price wins over the platform's, and the ledger names the one that was used", async () => {
  const provider = far.listening.host;
  const listed = { provider, model: "m", input_micros: 0, output_micros: 3_000_000 };
  await putPrices(platformCtx(), { prices: [listed] });
  const own = await tenant();
  const ours = await tenant({ prices: {} });
  await putBudget(ours, { ...day, limit_micros: 10_000 });
  far.answers = [openai("Hi"), openai("Hi"), openai("Hi", {}, null)];
  await call(own);
  expect(await priceIds(own)).toEqual([["entry:house:1000000/2000000/1000000", costMicros]]);
  await call(ours);
  await call(ours);
  const paid = [expect.stringMatching(/^price_[0-9a-f]{32}$/), 21];
  expect(await priceIds(ours)).toEqual([paid, [null, null]]);
  // 50 tokens at most, whatever nobody counted.
  expect(await standing(ours)).toEqual({ spent: 21 + 150, reserved: 0, open: 0 });
});
