import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { getStats } from "#lib/analytics/stats.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import {
  type ModelServer,
  openai,
  openaiUsage,
  startModelServer,
  status,
  streamOf,
} from "#lib/providers/testing.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { testTool } from "../bench/bench.ts";
import { callTool, callToolFor } from "../calls/call.ts";
import type { Progress } from "../calls/client.ts";
import { registerTool } from "../service.ts";

useTestDatabase();

let far: ModelServer;
beforeAll(async () => {
  far = await startModelServer();
});
afterAll(() => far.listening.close());
afterEach(() => far.reset());

type Dialect = keyof typeof streamOf;

const prices = {
  "small-1": { input_micros: 1_000_000, output_micros: 10_000_000, cached_micros: 500_000 },
};

async function tenant(type: Dialect = "openai", more: JsonObject = {}): Promise<Ctx> {
  const { url, host } = far.listening;
  const base_url = type === "openai" ? `${url}/v1` : url;
  const house = { name: "house", type, base_url, api_key_secret: "K", models: { fast: "small-1" } };
  const ctx = await freshTenant({ ai_providers: [{ ...house, ...more }], egress_allow: [host] });
  await putSecret(ctx, "K", { value: "sk-house-0123456789" });
  const config = { implementation: "ai:house/fast", prompt: "Hi", retries: 0 };
  await registerTool(ctx, { tool_id: "ask", name: "ask", config });
  return ctx;
}

const call = { toolId: "ask", arguments: {} };

async function report(ctx: Ctx) {
  await flushLedger();
  const { rows, total } = await reportUsage(ctx, { group_by: "kind" });
  return { rows: rows.find(({ group }) => group === "ai_call"), total };
}

test("what a priced model's tokens cost stands in the ledger, the statistics and the test", async () => {
  const ctx = await tenant("openai", { prices });
  far.answers = [openai("1"), openai("2")];
  await callTool(ctx, call);
  // 7 in, 4 of the cache and 7 out.
  const cost = 7 + 2 + 70;
  const tested = await testTool(ctx, "ask", {});
  expect(tested.cost_micros).toBe(cost);
  expect(tested.trace.at(-1)).toMatchObject({ kind: "usage", quantity: 18, cost_micros: cost });
  const { rows, total } = await report(ctx);
  expect(rows).toMatchObject({ calls: 2, cost_micros: 2 * cost, calls_unpriced: 0 });
  expect(total).toMatchObject({ cost_micros: 2 * cost, calls_unpriced: 0 });
  expect(await getStats(ctx)).toMatchObject({ cost_micros: 2 * cost, calls_unpriced: 0 });
});

test.each([
  ["without a price", {}, openaiUsage],
  ["with a price that is none", { prices: { "small-1": { input_micros: -1 } } }, openaiUsage],
  ["with a price, whose provider counts no tokens", { prices }, undefined],
  ["with a price, whose provider counts half of them", { prices }, { prompt_tokens: 3 }],
])("the cost of a model %s is unknown, and never nought", async (_name, more, usage) => {
  const ctx = await tenant("openai", more);
  far.answers = [openai("1", {}, usage ?? null), openai("2", {}, usage ?? null)];
  await callTool(ctx, call);
  const tested = await testTool(ctx, "ask", {});
  expect(tested.error).toBeNull();
  expect(tested.cost_micros).toBeNull();
  const { rows, total } = await report(ctx);
  expect(rows).toMatchObject({ calls: 2, cost_micros: null, calls_unpriced: 2 });
  expect(total).toMatchObject({ cost_micros: null, calls_unpriced: 2 });
  expect(await getStats(ctx)).toMatchObject({ cost_micros: null, calls_unpriced: 2 });
});

test("known costs are summed beside unknown ones, which are counted", async () => {
  const ctx = await tenant("openai", { prices });
  far.answers = [openai("1"), openai("2", {}, null), status(401, {}), openai("3")];
  for (let at = 0; at < 4; at++) await callTool(ctx, call);
  const { rows } = await report(ctx);
  expect(rows).toMatchObject({ calls: 4, errors: 1, cost_micros: 2 * 79, calls_unpriced: 1 });
});

test("what a provider refuses costs nothing, and what it may have done before it failed is unknown", async () => {
  const ctx = await tenant("openai", { prices });
  far.answers = [status(401, {}), (response) => void response.end("<html>")];
  expect((await testTool(ctx, "ask", {})).cost_micros).toBe(0);
  expect((await testTool(ctx, "ask", {})).cost_micros).toBeNull();
  expect((await report(ctx)).rows).toMatchObject({ cost_micros: null, calls_unpriced: 1 });
});

test.each(["openai", "anthropic"] as const)(
  "a client that asked for progress hears the text as it comes, of %s, and the tokens count",
  async (type) => {
    const ctx = await tenant(type, { prices });
    const heard = Promise.withResolvers<void>();
    far.answers = [
      async (response) => {
        const stream = streamOf[type](response);
        stream.start();
        stream.text("Hel");
        // The rest is not sent before the client has heard of the first word.
        await heard.promise;
        for (const piece of ["lo", ", ", "wor", "ld", " 🙂"]) stream.text(piece);
        stream.end();
      },
    ];
    const told: Progress[] = [];
    const result = await callToolFor(ctx, call, {
      capabilities: null,
      progress: async (update) => {
        told.push(update);
        heard.resolve();
      },
    });
    expect(result).toMatchObject({ content: [{ type: "text", text: "Hello, world 🙂" }] });
    expect(told[0]).toEqual({ progress: 1, message: "Hel" });
    expect(told.map(({ message }) => message).join("")).toBe("Hello, world 🙂");
    expect(told.map(({ progress }) => progress)).toEqual(told.map((_, at) => at + 1));
    expect(far.asked[0]?.body).toMatchObject({ stream: true });
    const cost = type === "openai" ? 79 : 6 + 10 + 30;
    expect((await report(ctx)).rows).toMatchObject({ calls: 1, cost_micros: cost });
  },
);

test.each(["openai", "anthropic"] as const)(
  "a client that cancels ends the request to %s, in the middle of its answer",
  async (type) => {
    const ctx = await tenant(type, { prices });
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    far.answers = [
      (response) => {
        response.once("close", closed.resolve);
        const stream = streamOf[type](response);
        stream.start();
        stream.text("Once upon a time");
      },
    ];
    const { signal } = controller;
    const progress = async () => controller.abort();
    const result = await callToolFor(ctx, call, { capabilities: null, signal, progress });
    expect(result).toMatchObject({ structuredContent: { error: { code: "cancelled" } } });
    await closed.promise;
    expect((await report(ctx)).rows).toMatchObject({ errors: 1, cost_micros: null });
  },
);

test.each(["openai", "anthropic"] as const)(
  "an answer of %s that breaks off is an error, and no shorter answer",
  async (type) => {
    const ctx = await tenant(type);
    far.answers = [
      (response) => {
        const stream = streamOf[type](response);
        stream.start();
        stream.text("Once");
        response.end();
      },
    ];
    const progress = async () => undefined;
    const result = await callToolFor(ctx, call, { capabilities: null, progress });
    expect(result).toMatchObject({
      structuredContent: { error: { code: "provider_invalid_answer" } },
    });
  },
);
