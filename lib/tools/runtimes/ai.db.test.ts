import type { ServerResponse } from "node:http";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { tools } from "#db/schema/tools.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import {
  type Answer,
  anthropic,
  json,
  type ModelServer,
  openai,
  startModelServer,
  status,
} from "#lib/providers/testing.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { callTool, callToolFor } from "../calls/call.ts";
import { createTrace } from "../calls/trace.ts";
import { catalogOf } from "../catalog.ts";
import type { CallToolResult } from "../schema.ts";
import { registerTool } from "../service.ts";
import { refusal } from "../testing.ts";

useTestDatabase();

let far: ModelServer;
beforeAll(async () => {
  far = await startModelServer();
});
afterAll(() => far.listening.close());
afterEach(() => far.reset());

const key = "sk-house-0123456789";

/** A tenant whose provider is the far end, under the name `house`. */
async function tenant(
  type: "openai" | "anthropic" = "openai",
  more: JsonObject = {},
): Promise<Ctx> {
  const base_url = type === "openai" ? `${far.listening.url}/v1` : far.listening.url;
  const models = { fast: "small-1" };
  const house = { name: "house", type, base_url, api_key_secret: "HOUSE_KEY", models, ...more };
  const ctx = await freshTenant({ ai_providers: [house], egress_allow: [far.listening.host] });
  await putSecret(ctx, "HOUSE_KEY", { value: key });
  return ctx;
}

async function add(ctx: Ctx, config: JsonObject, more: JsonObject = {}): Promise<void> {
  const given = { implementation: "ai:house/fast", prompt: "Say {{ word }}", ...config };
  const parameters = { word: { type: "string" } };
  await registerTool(ctx, { tool_id: "ask", name: "ask", config: given, parameters, ...more });
}

const call = (ctx: Ctx, args: JsonObject = { word: "hello" }) =>
  callTool(ctx, { mcpName: "ask", arguments: args });

function errorOf(result: CallToolResult): { code: string; message: string } {
  expect(result.isError).toBe(true);
  return (result.structuredContent as { error: { code: string; message: string } }).error;
}

async function ledger(ctx: Ctx) {
  await flushLedger();
  return (await reportUsage(ctx, { kind: "ai_call", group_by: "name" })).rows;
}

test("OpenAI's dialect: the filled-in prompt goes out with the tenant's key, the text comes back, tokens are counted", async () => {
  const ctx = await tenant();
  await add(ctx, { system: "You speak to {{ word }}.", temperature: 0.5, max_tokens: 50 });
  far.answers = [openai("Hello!")];
  expect(await call(ctx)).toMatchObject({ content: [{ type: "text", text: "Hello!" }] });
  expect(far.asked[0]).toMatchObject({
    url: "/v1/chat/completions",
    headers: { authorization: `Bearer ${key}` },
    body: {
      ...{ model: "small-1", temperature: 0.5, max_tokens: 50 },
      messages: [
        { role: "system", content: "You speak to hello." },
        { role: "user", content: "Say hello" },
      ],
    },
  });
  expect(await ledger(ctx)).toMatchObject([
    { group: "ask", calls: 1, errors: 0, tokens_in: 11, tokens_out: 7, tokens_cached: 4 },
  ]);
});

test("Anthropic's dialect: the same, and tokens of the cache count among those that went in", async () => {
  const ctx = await tenant("anthropic");
  const messages = [
    { role: "user", content: "Hi {{ word }}" },
    { role: "assistant", content: "Hi" },
    { role: "user", content: "{{ word }}?" },
  ];
  await add(ctx, { prompt: undefined, messages, system: "Brief." } as unknown as JsonObject);
  far.answers = [anthropic("Yes.")];
  expect(await call(ctx)).toMatchObject({ content: [{ type: "text", text: "Yes." }] });
  expect(far.asked[0]).toMatchObject({
    url: "/v1/messages",
    headers: { "x-api-key": key, "anthropic-version": expect.any(String) },
    body: {
      ...{ model: "small-1", system: "Brief.", max_tokens: 4096 },
      messages: [
        { role: "user", content: "Hi hello" },
        { role: "assistant", content: "Hi" },
        { role: "user", content: "hello?" },
      ],
    },
  });
  expect(await ledger(ctx)).toMatchObject([{ tokens_in: 26, tokens_out: 3, tokens_cached: 20 }]);
});

test("nothing of this process's environment goes to a tenant's provider", async () => {
  const names = ["OPENAI_API_KEY", "OPENAI_ORG_ID", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY"];
  const custom = ["OPENAI_CUSTOM_HEADERS", "ANTHROPIC_CUSTOM_HEADERS"];
  for (const name of names) process.env[name] = "operators-own";
  for (const name of custom)
    process.env[name] = "x-own: operators-own\nauthorization: operators-own";
  try {
    for (const type of ["openai", "anthropic"] as const) {
      const ctx = await tenant(type);
      await add(ctx, {});
      far.answers = [type === "openai" ? openai("a") : anthropic("a")];
      expect((await call(ctx)).isError).toBeUndefined();
    }
    expect(far.asked).toHaveLength(2);
    expect(JSON.stringify(far.asked)).not.toContain("operators-own");
  } finally {
    for (const name of [...names, ...custom]) delete process.env[name];
  }
});

const shape = {
  output_schema: {
    ...{ type: "object", required: ["sum"], additionalProperties: false },
    properties: { sum: { type: "integer" } },
  },
};

test("with an output schema the model is asked for JSON, which becomes structured content", async () => {
  const ctx = await tenant();
  await add(ctx, {}, shape);
  far.answers = [openai('```json\n{"sum": 3}\n```')];
  expect(await call(ctx)).toMatchObject({
    content: [{ type: "text", text: '{"sum":3}' }],
    structuredContent: { sum: 3 },
  });
  expect(far.asked[0]?.body).toMatchObject({ response_format: { type: "json_object" } });
  expect(JSON.stringify(far.asked[0]?.body)).toContain("JSON Schema");
});

test("an answer that does not fit is asked for once more with what is wrong, and then fails the call", async () => {
  const ctx = await tenant("anthropic");
  await add(ctx, {}, shape);
  far.answers = [anthropic('{"sum": "three"}'), anthropic('{"sum": 3}')];
  expect(await call(ctx)).toMatchObject({ structuredContent: { sum: 3 } });
  expect(far.asked[1]?.body.messages).toMatchObject([
    { role: "user" },
    { role: "assistant", content: '{"sum": "three"}' },
    { role: "user", content: expect.stringContaining("/sum must be integer") },
  ]);
  expect(await ledger(ctx)).toMatchObject([{ calls: 2 }]);

  far.answers = [anthropic("I would rather not"), anthropic("{}")];
  const error = errorOf(await call(ctx));
  expect([error.code, far.asked.length]).toEqual(["invalid_output", 4]);
  expect(error.message).toContain("sum");
});

test.each([
  [401, { error: { message: `Incorrect API key provided: ${key}.` } }, "provider_refused", 1],
  [403, { error: { message: "no" } }, "provider_refused", 1],
  [404, { error: { message: "no such model" } }, "provider_refused", 1],
  [400, { error: { message: "max_tokens too large" } }, "provider_refused", 1],
  [429, { error: { message: "slow down" } }, "provider_busy", 2],
  [500, { error: { message: "boom" } }, "provider_failed", 2],
  [529, { error: { message: "overloaded" } }, "provider_busy", 2],
])(
  "a provider that answers %i fails the call with its reason and without the key",
  async (code, body, wanted, times) => {
    for (const type of ["openai", "anthropic"] as const) {
      far.asked = [];
      const ctx = await tenant(type);
      await add(ctx, { retries: 1 });
      const quick = { "retry-after-ms": "1" };
      far.answers = [status(code, body, quick), status(code, body, quick)];
      const result = await call(ctx);
      expect(errorOf(result).code).toBe(wanted);
      expect(JSON.stringify(result)).not.toContain(key);
      expect(far.asked).toHaveLength(times);
      expect(await ledger(ctx)).toMatchObject([{ calls: 1, errors: 1, tokens_in: 0 }]);
    }
  },
);

test("a passing failure is tried again, and the call succeeds", async () => {
  const ctx = await tenant();
  await add(ctx, { retries: 2 });
  far.answers = [status(503, {}, { "retry-after-ms": "1" }), openai("at last")];
  expect(await call(ctx)).toMatchObject({ content: [{ text: "at last" }] });
});

test.each([
  ["text", (response: ServerResponse) => void response.end("<html>not JSON")],
  [
    "broken JSON",
    (response: ServerResponse) =>
      void response.setHeader("content-type", "application/json").end('{"choices": ['),
  ],
  ["JSON of another kind", json({ hello: "world" })],
  ["no choice", json({ choices: [] })],
] as [string, Answer][])(
  "a provider that answers %s is told apart from one that fails",
  async (_name, answer) => {
    for (const type of ["openai", "anthropic"] as const) {
      const ctx = await tenant(type);
      await add(ctx, { retries: 0 });
      far.answers = [answer];
      expect(errorOf(await call(ctx)).code).toBe("provider_invalid_answer");
    }
  },
);

test("a provider that does not answer in time, and one that drops the connection, end the call", async () => {
  const ctx = await tenant();
  await add(ctx, { timeout_ms: 200, retries: 0 });
  far.answers = [() => undefined];
  expect(errorOf(await call(ctx)).code).toMatch(/^(timed_out|egress_timeout)$/);
  far.answers = [(response) => void response.socket?.destroy()];
  await add(ctx, { retries: 0 });
  expect(errorOf(await call(ctx)).code).toBe("egress_unreachable");
});

test("a client that cancels ends the call, also in the pause between two attempts", async () => {
  const ctx = await tenant();
  await add(ctx, { retries: 5 });
  const controller = new AbortController();
  far.answers = [
    (response, seen) => {
      void status(503, {}, { "retry-after": "50" })(response, seen);
      setImmediate(() => controller.abort());
    },
  ];
  const result = await callToolFor(
    ctx,
    { mcpName: "ask", arguments: {} },
    { capabilities: null, signal: controller.signal },
  );
  expect(errorOf(result as CallToolResult).code).toBe("cancelled");
});

test("an address that the tenant may not reach is refused at once, and so is a redirect", async () => {
  const ctx = await tenant("openai", { base_url: "http://127.0.0.1:9/v1" });
  await add(ctx, { retries: 5 });
  expect(errorOf(await call(ctx)).code).toBe("egress_blocked");
  const other = await tenant();
  await add(other, { retries: 0 });
  far.answers = [
    (response) => void response.writeHead(307, { location: "http://169.254.169.254/" }).end(),
  ];
  expect(errorOf(await call(other)).code).toMatch(/^egress_/);
  expect(far.asked).toHaveLength(1);
});

test("a model that refuses or runs out of tokens is no answer", async () => {
  const ctx = await tenant();
  await add(ctx, {});
  far.answers = [openai("half a sen", { finish_reason: "length" })];
  expect(errorOf(await call(ctx)).code).toBe("answer_cut_off");
  far.answers = [openai("", { finish_reason: "content_filter" })];
  expect(errorOf(await call(ctx)).code).toBe("provider_refused");
  const other = await tenant("anthropic");
  await add(other, {});
  far.answers = [
    anthropic("", { stop_reason: "max_tokens" }),
    anthropic("", { stop_reason: "refusal" }),
  ];
  expect(errorOf(await call(other)).code).toBe("answer_cut_off");
  expect(errorOf(await call(other)).code).toBe("provider_refused");
});

test("a provider without its secret, and a model of no provider, say what to do, and nothing is sent", async () => {
  const ctx = await tenant("openai", { api_key_secret: "NOT_THERE" });
  await add(ctx, {});
  const missing = errorOf(await call(ctx));
  expect([missing.code, missing.message]).toEqual([
    "secret_unavailable",
    expect.stringContaining("NOT_THERE"),
  ]);
  const none = await freshTenant();
  await add(none, {});
  expect(errorOf(await call(none)).code).toBe("unknown_model");
  expect(far.asked).toEqual([]);
});

test("a new value of the key is used by the next call", async () => {
  const ctx = await tenant();
  await add(ctx, {});
  far.answers = [openai("1"), openai("2")];
  await call(ctx);
  await putSecret(ctx, "HOUSE_KEY", { value: "sk-rotated-987" });
  await call(ctx);
  expect(far.asked.map(({ headers }) => headers.authorization)).toEqual([
    `Bearer ${key}`,
    "Bearer sk-rotated-987",
  ]);
});

test("a key that the model's answer echoes is masked", async () => {
  const ctx = await tenant();
  await add(ctx, {});
  far.answers = [openai(`Your key is ${key}`)];
  expect(await call(ctx)).toMatchObject({ content: [{ text: "Your key is [secret]" }] });
});

test("a trace has the request, the response and the tokens, and the key in none of them", async () => {
  const ctx = await tenant();
  await add(ctx, {});
  far.answers = [openai(`hi ${key}`)];
  const trace = createTrace();
  const tool = (await catalogOf(ctx.tenantId)).byMcpName.get("ask");
  const client = { capabilities: null };
  const callTool = () => Promise.reject(new Error("calls nothing"));
  await tool?.run(ctx, { word: "x" }, { client, depth: 0, trace, callTool });
  expect(trace.entries.map(({ kind }) => kind)).toEqual(["request", "response", "usage"]);
  expect(trace.entries[0]).toMatchObject({ headers: { authorization: "[secret]" } });
  expect(trace.entries[2]).toMatchObject({ quantity: 18 });
  expect(JSON.stringify(trace.entries)).not.toContain(key);
});

test("a tool that was stored with a model and no prompt says what it lacks", async () => {
  const ctx = await tenant();
  await add(ctx, {});
  await withTenant(ctx.tenantId, (tx) =>
    tx
      .update(tools)
      .set({ config: { implementation: "ai:house/fast" } })
      .where(eq(tools.tenantId, ctx.tenantId)),
  );
  const error = errorOf(await call(ctx));
  expect([error.code, error.message]).toEqual([
    "not_runnable",
    expect.stringContaining("config.prompt is required"),
  ]);
});

test.each([
  [{ implementation: "ai:", prompt: "x" }, "/config/implementation"],
  [{ implementation: "ai:a model", prompt: "x" }, "/config/implementation"],
  [{ implementation: "ai:m" }, "/config/prompt"],
  [{ implementation: "ai:m", prompt: "{% include 'x' %}" }, "/config/prompt"],
  [{ implementation: "ai:m", prompt: "x", temperature: 3 }, "/config/temperature"],
  [{ implementation: "ai:m", prompt: "x", max_tokens: 0 }, "/config/max_tokens"],
  [{ implementation: "ai:m", messages: [{ role: "assistant", content: "x" }] }, "/config/messages"],
])("a tool with %j is refused at %s", async (config, pointer) => {
  const ctx = await freshTenant();
  const error = await refusal(registerTool(ctx, { tool_id: "ask", name: "ask", config }));
  expect(error.errors?.map((each) => each.pointer)).toContain(pointer);
});
