import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  type Answer,
  anthropic,
  type ModelServer,
  openai,
  startModelServer,
} from "#lib/providers/testing.ts";
import { listen } from "#lib/testing/deployment.ts";
import { platform } from "./client.ts";
import { type GatewayTenant, gatewayTenant, provider } from "./gateway-tenant.ts";

let far: ModelServer;
let tenant: GatewayTenant;

beforeAll(async () => {
  far = await startModelServer();
  tenant = await newGateway();
});

afterEach(() => far.reset());

afterAll(() => far.listening.close());

/** Of a test's own, where its provider fails: that is remembered. */
function newGateway(): Promise<GatewayTenant> {
  return gatewayTenant([
    provider("oa", "openai", far.listening.url),
    provider("an", "anthropic", far.listening.url),
  ]);
}

const hello = [{ role: "user" as const, content: "hello" }];

function post(body: unknown, door = "chat/completions", headers: Record<string, string> = {}) {
  return fetch(`${tenant.openai.baseURL}/${door}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${tenant.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

test.each([
  "oa/😀",
  "oa/\ud83d",
  "oa/x\r\nset-cookie: a=b",
  "oa/\u0000",
  "oa/../../models",
  "oa/__proto__",
  "oa/constructor",
  `oa/${"m".repeat(390)}`,
])("the model %j reaches the provider as it is, and no header is broken by it", async (model) => {
  far.answers = [openai("hi")];
  const response = await post({ model, messages: hello });
  expect(response.status).toBe(200);
  expect(far.asked[0]).toMatchObject({
    url: "/v1/chat/completions",
    body: { model: model.slice(3) },
  });
  expect(response.headers.get("set-cookie")).toBeNull();
  expect(response.headers.get("x-tausestack-model")).toMatch(/^[\x20-\x7e]+$/);
});

test.each([
  ["/m"],
  ["__proto__"],
  ["elsewhere/m"],
  [" "],
  ["m".repeat(401)],
  [5],
  [null],
  [["oa/m"]],
])("the model %j is none, which is said in the door's shape", async (model) => {
  for (const door of ["chat/completions", "messages"]) {
    const response = await post({ model, max_tokens: 5, messages: hello }, door);
    expect([400, 404]).toContain(response.status);
    expect(await response.json()).toHaveProperty("error.message");
  }
  expect(far.asked).toHaveLength(0);
});

test.each([
  { stream: "true" },
  { messages: [null] },
  { messages: [{ role: 5 }] },
  { messages: {} },
  { messages: "hello" },
])("the request %j is refused by both doors, and no provider is asked", async (more) => {
  for (const door of ["chat/completions", "messages"]) {
    const response = await post({ model: "oa/m", max_tokens: 5, messages: hello, ...more }, door);
    expect(response.status).toBe(400);
  }
  expect(far.asked).toHaveLength(0);
});

test.each([
  { tools: "x" },
  { tools: [null] },
  { tools: [5] },
  { messages: [{ role: "user", content: 5 }] },
  { messages: [{ role: "user", content: [null] }] },
  { messages: [{ role: "tool", content: "x" }] },
  { response_format: "json" },
  { tool_choice: 5, tools: [{ type: "function", function: { name: "f" } }] },
])("what is no request, %j, does not cross: a 400 says so", async (more) => {
  const response = await post({ model: "an/m", messages: hello, ...more });
  expect(response.status).toBe(400);
  expect(await response.json()).toHaveProperty("error.param");
  expect(far.asked).toHaveLength(0);
});

test("a provider that redirects gets no one the key, and the client an error", async () => {
  tenant = await newGateway();
  const seen: unknown[] = [];
  const elsewhere = await listen(
    createServer((request, response) => {
      seen.push(request.headers);
      response.end("{}");
    }),
  );
  try {
    for (const code of [301, 302, 307, 308]) {
      far.answers = [(r) => void r.writeHead(code, { location: `${elsewhere.url}/v1` }).end()];
      const response = await post({ model: "oa/m", messages: hello });
      expect(response.status).toBe(502);
    }
    expect(seen).toEqual([]);
  } finally {
    await elsewhere.close();
  }
});

test("an answer that unpacks to far more than it is ends as an error, whole or streamed", async () => {
  tenant = await newGateway();
  const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, 0x20));
  const give =
    (type: string): Answer =>
    (response) => {
      response.writeHead(200, { "content-type": type, "content-encoding": "gzip" }).end(bomb);
    };
  far.answers = [give("application/json")];
  expect((await post({ model: "oa/m", messages: hello })).status).toBe(502);
  far.answers = [give("text/event-stream")];
  expect((await post({ model: "oa/m", messages: hello, stream: true })).status).toBe(502);
});

test("ten thousand tools reach the provider, in its own dialect and in the other", async () => {
  tenant = await newGateway();
  const tools = Array.from({ length: 10_000 }, (_, at) => ({
    type: "function",
    function: { name: `f${at}`, parameters: { type: "object", properties: {} } },
  }));
  far.answers = [openai("hi"), anthropic("hi")];
  for (const model of ["oa/m", "an/m"]) {
    expect((await post({ model, messages: hello, tools })).status).toBe(200);
  }
  expect(far.asked.map(({ body }) => (body.tools as unknown[]).length)).toEqual([10_000, 10_000]);
});

const sse =
  (...pieces: (string | Buffer)[]): Answer =>
  async (response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    response.end();
  };
const chunk = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const stop = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

test.each([
  ["data: {bad\n\n"],
  ["data: [1]\n\n"],
  ["data: null\n\n"],
  [`${chunk("hi")}data: {"choices":\n\n`],
  [`${chunk("hi")}data: {"choices":null}\n\n`],
  [`${chunk("hi")}data: {"choices":[null,5,"x"]}\n\n`],
  [`${chunk("hi")}data: {"choices":[{"delta":5}]}\n\n`],
  ["<html>"],
  ["event: x\n\n"],
])("the stream %j ends with an error in the shape of each door", async (text) => {
  tenant = await newGateway();
  for (const door of ["chat/completions", "messages"]) {
    far.answers = [sse(text)];
    const response = await post(
      { model: "oa/m", max_tokens: 9, messages: hello, stream: true },
      door,
    );
    const said = await response.text();
    expect([200, 502]).toContain(response.status);
    expect(said).toContain('"error"');
    expect(said).not.toContain('"internal"');
  }
});

test("characters that come in pieces of their bytes arrive whole, in both shapes", async () => {
  tenant = await newGateway();
  const bytes = Buffer.from(chunk("語😀") + stop);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 3) }, (_, at) =>
    bytes.subarray(at * 3, at * 3 + 3),
  );
  far.answers = [sse(...pieces), sse(...pieces)];
  for (const door of ["chat/completions", "messages"]) {
    const response = await post(
      { model: "oa/m", max_tokens: 9, messages: hello, stream: true },
      door,
    );
    expect(await response.text()).toContain("語😀");
  }
});

test("events whose lines end in CR alone are read, as the standard has it", async () => {
  tenant = await newGateway();
  far.answers = [sse((chunk("hi") + stop).replaceAll("\n", "\r"))];
  const body = { model: "oa/m", max_tokens: 9, messages: hello, stream: true };
  expect(await (await post(body, "messages")).text()).toContain("message_stop");
});

test("a provider's key within an event of a stream is masked, in both shapes", async () => {
  tenant = await newGateway();
  const key = "provider-key-of-oa";
  for (const door of ["chat/completions", "messages"]) {
    far.answers = [sse(chunk(`my key is ${key}, yes`) + stop)];
    const response = await post(
      { model: "oa/m", max_tokens: 9, messages: hello, stream: true },
      door,
    );
    const said = await response.text();
    expect(said).toContain("my key is ");
    expect(said).toContain(", yes");
    expect(said).not.toContain(key);
  }
});

test("names that mean each other mean the model once, and a route without its provider says so", async () => {
  tenant = await gatewayTenant([
    { ...provider("oa", "openai", far.listening.url), models: { a: "b", b: "a", oa: "oa/a" } },
  ]);
  far.answers = [openai("hi"), openai("hi"), openai("hi")];
  for (const model of ["a", "oa/b", "oa"]) await post({ model, messages: hello });
  expect(far.asked.map(({ body }) => body.model)).toEqual(["b", "a", "oa/a"]);
  await tenant.call("PUT", "/ai-routes/a", { targets: [{ model: "oa/a" }] });
  const { tenantId: tenant_id } = tenant;
  const gone = await platform(tenant_id)("POST", "/tenants/configure", {
    ...{ tenant_id, name: tenant_id, ai_providers: [provider("ob", "openai", far.listening.url)] },
  });
  expect(gone.status).toBe(200);
  const refused = await post({ model: "a", messages: hello });
  expect(refused.status).toBe(404);
  expect(await refused.json()).toMatchObject({ error: { code: "not_found" } });
});

test("thoughts with their signatures come through Anthropic's door unchanged, there and back", async () => {
  tenant = await newGateway();
  const thinking = { type: "thinking", thinking: "hm", signature: "c2lnbmVk/+==" };
  const hidden = { type: "redacted_thinking", data: "b3BhcXVl" };
  far.answers = [anthropic("hi", { content: [thinking, hidden, { type: "text", text: "hi" }] })];
  const body = {
    model: "an/m",
    max_tokens: 2_000,
    thinking: { type: "enabled", budget_tokens: 1_024 },
  };
  const first = await tenant.anthropic.messages.create({
    ...{ ...body, messages: hello },
    thinking: { type: "enabled", budget_tokens: 1_024 },
  });
  expect(first.content.slice(0, 2)).toEqual([thinking, hidden]);
  far.answers = [anthropic("hi")];
  const turns = [...hello, { role: "assistant", content: first.content }, ...hello];
  await post({ ...body, messages: turns }, "messages");
  expect(far.asked[1]?.body.messages).toEqual(turns);
  // The other dialect has no word for them: they are left out, and the turn still crosses.
  far.answers = [openai("hi")];
  const { thinking: _, ...without } = body;
  const crossed = await post({ ...without, model: "oa/m", messages: turns }, "messages");
  expect(crossed.status).toBe(200);
  expect(JSON.stringify(far.asked[2]?.body)).not.toContain("c2lnbmVk");
});

test("odd versions and betas of a client go on or are refused, and break nothing", async () => {
  tenant = await newGateway();
  for (const beta of ["x".repeat(5_000), "caf\u00e9", "a,b,,c"]) {
    far.answers = [anthropic("hi")];
    const headers = { "anthropic-beta": beta, "anthropic-version": beta.slice(0, 50) };
    const body = { model: "an/m", max_tokens: 9, messages: hello };
    const { status } = await post(body, "messages", headers);
    expect([200, 400]).toContain(status);
  }
});
