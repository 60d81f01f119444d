import type { ServerResponse } from "node:http";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from "vitest";
import {
  type Answer,
  json,
  type ModelServer,
  openai,
  startModelServer,
  status,
  streamOf,
} from "#lib/providers/testing.ts";
import { platform } from "./client.ts";
import { type GatewayTenant, gatewayTenant, provider } from "./gateway-tenant.ts";

let far: ModelServer;
let tenant: GatewayTenant;

beforeAll(async () => {
  far = await startModelServer();
});

afterEach(() => far.reset());

afterAll(() => far.listening.close());

/** A tenant with a budget; a token of input costs a micro-unit, one of output two. */
async function budgeted(limit_micros: number, budget: object = {}): Promise<void> {
  const cheap = { m: { input_micros: 1_000, output_micros: 2_000 } };
  const unpriced = { ...provider("no", "openai", far.listening.url), prices: {} };
  tenant = await gatewayTenant([
    provider("oa", "openai", far.listening.url),
    provider("an", "anthropic", far.listening.url),
    { ...provider("cheap", "openai", far.listening.url), prices: cheap },
    unpriced,
  ]);
  const set = { scope: "tenant", period: "day", limit_micros, ...budget };
  expect((await tenant.call("PUT", "/budgets", set)).status).toBe(200);
}

interface Standing {
  spent: number;
  reserved: number;
  open: number;
}

async function standing(): Promise<Standing | undefined> {
  const sql = postgres(inject("databaseUrl"), { max: 1 });
  try {
    const [row] = await sql`
      select spent_micros::float8 as spent, reserved_micros::float8 as reserved,
        (select count(*)::int from budget_reservations where tenant_id = ${tenant.tenantId}) as open
      from budget_windows where tenant_id = ${tenant.tenantId}`;
    return row as Standing | undefined;
  } finally {
    await sql.end();
  }
}

const hello = [{ role: "user" as const, content: "hello" }];
const chat = (more: object = {}, model = "oa/m") =>
  tenant.openai.chat.completions.create({ model, messages: hello, ...more });
const message = (more: object = {}, model = "an/m") =>
  tenant.anthropic.messages.create({ model, max_tokens: 100, messages: hello, ...more });
const failure = (asked: Promise<unknown>) =>
  asked.then(
    () => null,
    (error: unknown) => error,
  );

test("an answer is settled with its event, priced by the entry, and nothing stays reserved", async () => {
  await budgeted(10_000);
  far.answers = [openai("hi")];
  await chat({ max_tokens: 50 });
  expect(await standing()).toEqual({ spent: 25, reserved: 0, open: 0 });
  expect(await tenant.ledger()).toMatchObject([
    { cost_micros: 25, price_id: "entry:oa:1000000/2000000/1000000" },
  ]);
});

test("a request whose worst case does not fit is refused in the door's shape, and nobody is asked", async () => {
  await budgeted(1_000);
  expect(await failure(chat({ max_tokens: 1_000 }))).toMatchObject({
    ...{ status: 402, code: "budget_exceeded", type: "insufficient_quota" },
  });
  expect(await failure(message({ max_tokens: 1_000 }))).toMatchObject({
    ...{ status: 402, type: "billing_error", message: expect.stringContaining("has 1000 left") },
  });
  expect(await failure(chat({ max_tokens: 200, n: 5 }))).toMatchObject({ status: 402 });
  const embedded = tenant.openai.embeddings.create({ model: "oa/m", input: "x".repeat(2_000) });
  expect(await failure(embedded)).toMatchObject({ status: 402, code: "budget_exceeded" });
  expect(far.asked).toHaveLength(0);
  const codes = (await tenant.ledger()).map(({ error_code }) => error_code);
  expect(new Set(codes)).toEqual(new Set(["budget_exceeded"]));
  expect((await standing())?.reserved ?? 0).toBe(0);
});

test("the platform's price counts where the provider's entry has none, and the ledger names it", async () => {
  await budgeted(10_000);
  const host = new URL(far.listening.url).host;
  const price = {
    provider: host,
    model: "listed",
    input_micros: 3_000_000,
    output_micros: 4_000_000,
  };
  const listed = await platform()("PUT", "/prices", { prices: [price] });
  expect(listed.status).toBe(200);
  await vi.waitFor(async () => {
    far.answers = [openai("hi")];
    await chat({ max_tokens: 50 }, "no/listed");
  }, 10_000);
  const [row] = (await tenant.ledger()).slice(-1);
  expect(row).toMatchObject({ cost_micros: 61, price_id: expect.any(String) });
  expect(await standing()).toEqual({ spent: 61, reserved: 0, open: 0 });
});

test("a response that goes on past its limit is cut as incomplete", async () => {
  await budgeted(5_000);
  const left = Promise.withResolvers<void>();
  far.answers = [
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const send = (data: { type: string }) =>
        response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
      const base = { id: "r1", object: "response", status: "in_progress", output: [] };
      send({ ...{ type: "response.created", sequence_number: 0 }, response: base } as never);
      let sequence_number = 0;
      const timer = setInterval(() => {
        sequence_number += 1;
        const delta = "word ".repeat(10);
        const at = { item_id: "i", output_index: 0, content_index: 0, sequence_number };
        send({ type: "response.output_text.delta", ...at, delta } as never);
      }, 5);
      response.once("close", () => {
        clearInterval(timer);
        left.resolve();
      });
    },
  ];
  const events = await tenant.openai.responses.create({
    ...{ model: "oa/m", input: "hello", max_output_tokens: 40, stream: true },
  });
  let last: unknown;
  for await (const event of events) last = event;
  expect(last).toMatchObject({
    type: "response.incomplete",
    response: {
      id: "r1",
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    },
  });
  await left.promise;
  expect(await standing()).toMatchObject({ reserved: 0, open: 0 });
});

test("a dearer model is passed over for a cheaper one that fits, and a model without a price too", async () => {
  await budgeted(1_000);
  const targets = ["no/m", "oa/m", "cheap/m"].map((model) => ({ model }));
  await tenant.call("PUT", "/ai-routes/fit", { targets });
  far.answers = [openai("cheap")];
  const { response } = await tenant.openai.chat.completions
    .create({ model: "fit", messages: hello, max_tokens: 5_000 })
    .withResponse();
  expect(response.headers.get("x-tausestack-provider")).toBe("cheap");
  expect(far.asked).toHaveLength(1);
});

test("what nobody can count beforehand is refused as of unknown cost, unless the budget allows it", async () => {
  await budgeted(1_000_000);
  const boundless = { model: "oa/m", input: "hello", previous_response_id: "r1" };
  expect(await failure(tenant.openai.responses.create(boundless))).toMatchObject({
    ...{ status: 409, code: "cost_unknown" },
    message: expect.stringContaining("previous_response_id"),
  });
  const search = { tools: [{ type: "web_search_20250305", name: "web_search" }] };
  expect(await failure(message(search))).toMatchObject({ status: 409 });
  expect(await failure(chat({}, "no/m"))).toMatchObject({ status: 409, code: "cost_unknown" });
  expect(far.asked).toHaveLength(0);
  await budgeted(1_000_000, { unpriced: "allow" });
  far.answers = [openai("hi")];
  await chat({}, "no/m");
  expect(far.asked[0]?.body).not.toHaveProperty("max_tokens");
  // What has a price counts as what it came to, though nobody knew the most.
  const usage = { input_tokens: 5_000, output_tokens: 7 };
  far.answers = [json({ id: "r2", object: "response", status: "completed", output: [], usage })];
  await tenant.openai.responses.create(boundless);
  expect(await standing()).toEqual({ spent: 5_014, reserved: 0, open: 0 });
});

test("where the client sets no limit, the budget's room does, and without a budget nothing is changed", async () => {
  await budgeted(2_000);
  far.answers = [openai("hi")];
  await chat();
  const max_tokens = far.asked[0]?.body.max_tokens;
  expect(max_tokens).toBeGreaterThan(700);
  expect(max_tokens).toBeLessThan(1_000);
  await budgeted(1_000_000);
  far.answers = [openai("hi")];
  await chat();
  expect(far.asked[1]?.body).toMatchObject({ max_tokens: 8_192 });
  tenant = await gatewayTenant([provider("oa", "openai", far.listening.url)]);
  far.answers = [openai("hi")];
  await chat();
  expect(far.asked[2]?.body).toEqual({ model: "m", messages: hello });
});

test("a member that stands twice is counted as it is sent, and a limit that is no number is refused", async () => {
  await budgeted(2_000);
  far.answers = [openai("hi")];
  const post = (body: string) =>
    fetch(`${tenant.openai.baseURL}/chat/completions`, {
      ...{ method: "POST", body },
      headers: { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" },
    });
  const twice = '{"max_tokens":900000,"model":"oa/m","messages":[],"max_tokens":5}';
  expect((await post(twice)).status).toBe(200);
  expect(far.asked[0]?.body).toEqual({ max_tokens: 5, model: "m", messages: [] });
  const given = ['"5"', "-1", "0", "1.5", "1e300", "[]"];
  for (const limit of given) {
    const refused = await post(`{"model":"oa/m","messages":[],"max_tokens":${limit}}`);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { param: "max_tokens" } });
  }
  expect(far.asked).toHaveLength(1);
});

test("what failed is released or settled: nothing of a refusal, a busy provider or a bad key stays", async () => {
  await budgeted(5_000);
  for (const code of [400, 401, 429]) {
    far.answers = [status(code, { error: { message: "no" } })];
    await failure(chat({ max_tokens: 50 }));
  }
  expect(await standing()).toEqual({ spent: 0, reserved: 0, open: 0 });
  far.answers = [status(500, { error: { message: "oh" } })];
  await failure(chat({ max_tokens: 50 }));
  const { spent = 0, ...rest } = (await standing()) ?? {};
  expect(rest).toEqual({ reserved: 0, open: 0 });
  // Nobody knows what a failed call cost, so that it counts as the most.
  expect(spent).toBeGreaterThan(350);
});

/** As Anthropic's own clients read it: a whole head, and a block that is opened. */
function beginMessage(response: ServerResponse): void {
  const message = {
    ...{ id: "m1", type: "message", role: "assistant", model: "m", content: [] },
    ...{ stop_reason: null, stop_sequence: null, usage: { input_tokens: 5, output_tokens: 1 } },
  };
  const content_block = { type: "text", text: "" };
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const data of [
    { type: "message_start", message },
    { type: "content_block_start", index: 0, content_block },
  ]) {
    response.write(`event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}

/** A provider that never stops by itself; tells when it was left. */
function endless(dialect: "openai" | "anthropic") {
  const left = Promise.withResolvers<void>();
  const answer: Answer = (response) => {
    const stream = streamOf[dialect](response);
    if (dialect === "openai") stream.start();
    else beginMessage(response);
    const timer = setInterval(() => stream.text("word ".repeat(10)), 5);
    response.once("close", () => {
      clearInterval(timer);
      left.resolve();
    });
  };
  return { answer, left: left.promise };
}

for (const model of ["oa/m", "an/m"]) {
  test(`a stream of ${model} that goes on past its limit is cut as one that reached it, at both doors`, async () => {
    await budgeted(5_000);
    const dialect = model === "oa/m" ? "openai" : "anthropic";
    const first = endless(dialect);
    far.answers = [first.answer];
    const chunks = await tenant.openai.chat.completions.create({
      ...{ model, messages: hello, max_tokens: 40, stream: true },
      stream_options: { include_usage: true },
    });
    const reasons: unknown[] = [];
    let used: number | undefined;
    for await (const chunk of chunks) {
      if (chunk.choices[0]?.finish_reason) reasons.push(chunk.choices[0].finish_reason);
      used = chunk.usage?.completion_tokens ?? used;
    }
    expect([reasons, used]).toEqual([["length"], 40]);
    await first.left;
    const second = endless(dialect);
    far.answers = [second.answer];
    const whole = await tenant.anthropic.messages
      .stream({ model, max_tokens: 40, messages: hello })
      .finalMessage();
    expect([whole.stop_reason, whole.usage.output_tokens]).toEqual(["max_tokens", 40]);
    await second.left;
    const rows = await tenant.ledger();
    expect(rows).toMatchObject([
      { status: "ok", tokens_out: 40 },
      { status: "ok", tokens_out: 40 },
    ]);
    const spent = rows.reduce((sum, { cost_micros }) => sum + (cost_micros ?? 0), 0);
    expect(await standing()).toEqual({ spent, reserved: 0, open: 0 });
  });
}

test("a client that leaves a stream leaves nothing reserved", async () => {
  await budgeted(5_000);
  const { answer, left } = endless("openai");
  far.answers = [answer];
  const chunks = await tenant.openai.chat.completions.create({
    ...{ model: "oa/m", messages: hello, max_tokens: 1_000, stream: true },
  });
  for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) break;
  await left;
  await vi.waitFor(async () => {
    expect(await standing()).toMatchObject({ reserved: 0, open: 0, spent: expect.any(Number) });
  }, 10_000);
});

test("more requests at once than the tenant may have are refused in the door's shape, until one ends", async () => {
  const limited = { mcp_config: { max_gateway_requests: 1 } };
  tenant = await gatewayTenant([provider("oa", "openai", far.listening.url)], limited);
  const { answer, left } = endless("openai");
  far.answers = [answer, openai("hi")];
  const chunks = await tenant.openai.chat.completions.create({
    ...{ model: "oa/m", messages: hello, stream: true },
  });
  expect(await failure(chat())).toMatchObject({ status: 429, code: "rate_limited" });
  expect(await failure(message({}, "oa/m"))).toMatchObject({
    ...{ status: 429, type: "rate_limit_error" },
    message: expect.stringContaining("max_gateway_requests"),
  });
  chunks.controller.abort();
  await left;
  await vi.waitFor(async () => expect((await chat()).choices).toHaveLength(1), 10_000);
});
