import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ModelServer, openai, startModelServer } from "#lib/providers/testing.ts";
import { platform } from "./client.ts";
import { clientsOf, type GatewayTenant, gatewayTenant, provider } from "./gateway-tenant.ts";

let far: ModelServer;
let tenant: GatewayTenant;

beforeAll(async () => {
  far = await startModelServer();
  tenant = await gatewayTenant([
    provider("oa", "openai", far.listening.url),
    provider("an", "anthropic", far.listening.url),
  ]);
});

afterAll(() => far.listening.close());

const hello = [{ role: "user" as const, content: "hello" }];

/** What each vendor's client says of a refusal: both read it out of their own shape. */
async function refusalsOf(key: string, model = "oa/m") {
  const { openai, anthropic } = clientsOf(key);
  const asked = [
    openai.chat.completions.create({ model, messages: hello }),
    anthropic.messages.create({ model, max_tokens: 9, messages: hello }),
    openai.models.list(),
    anthropic.models.list(),
  ];
  return Promise.all(
    asked.map((each) =>
      each.then(
        () => null,
        (error: unknown) => error,
      ),
    ),
  );
}

test("a key that is none, lacks the scope or names no model of the tenant is refused in the door's shape", async () => {
  const wrong = await refusalsOf("tsk_nobody_x");
  for (const error of wrong) {
    expect(error).toMatchObject({ status: 401, type: "authentication_error" });
  }
  const { body } = await tenant.call<{ key: string }>("POST", "/keys", {
    ...{ name: "reader", scopes: ["tools:read", "gateway:read"] },
  });
  for (const error of await refusalsOf(body.key)) {
    expect(error).toMatchObject({
      ...{ status: 403, type: "permission_error" },
      message: expect.stringContaining("gateway:use"),
    });
  }
  const [chat, message] = await refusalsOf(tenant.key, "elsewhere/m");
  expect(chat).toMatchObject({ status: 404, code: "not_found" });
  expect(message).toMatchObject({ status: 404, type: "not_found_error" });
  expect(far.asked).toHaveLength(0);
});

test("another tenant's providers, routes and models are not there", async () => {
  const other = await gatewayTenant([]);
  await tenant.call("PUT", "/ai-routes/mine", { targets: [{ model: "oa/m" }] });
  for (const model of ["mine", "oa/m", "oa/alias"]) {
    const [chat, message] = await refusalsOf(other.key, model);
    expect([chat, message]).toMatchObject([{ status: 404 }, { status: 404 }]);
  }
  expect((await other.openai.models.list()).data).toEqual([]);
  for (const method of ["GET", "DELETE"]) {
    expect((await other.call(method, "/ai-routes/mine")).status).toBe(404);
  }
  expect((await tenant.call("GET", "/ai-routes/mine")).status).toBe(200);
  expect(far.asked).toHaveLength(0);
});

test("requests beyond the tenant's limit and bodies beyond the cap are refused in the door's shape", async () => {
  const limited = await gatewayTenant([], { mcp_config: { requests_per_minute: 2 } });
  for (let each = 0; each < 4; each++) await limited.call("GET", "/ai-routes");
  const [chat, message] = await refusalsOf(limited.key);
  expect(chat).toMatchObject({ status: 429, type: "rate_limit_error", code: "rate_limited" });
  expect(message).toMatchObject({ status: 429, type: "rate_limit_error" });
  expect(Number((chat as { headers: Headers }).headers.get("retry-after"))).toBeGreaterThan(0);
  const large = [{ role: "user" as const, content: "x".repeat(5 * 1024 * 1024) }];
  const chatted = tenant.openai.chat.completions.create({ model: "oa/m", messages: large });
  await expect(chatted).rejects.toMatchObject({ status: 413 });
  const told = tenant.anthropic.messages.create({ model: "oa/m", max_tokens: 9, messages: large });
  await expect(told).rejects.toMatchObject({ status: 413, type: "request_too_large" });
});

test.each([
  ["{", "invalid_json"],
  ["[]", "invalid_request"],
  ['{"messages":[]}', "invalid_request"],
  ['{"model":"oa/m"}', "invalid_request"],
  ['{"model":"oa/m","messages":[],"stream":"yes"}', "invalid_request"],
])("the body %s is refused with %s, and no provider is asked", async (body, code) => {
  const response = await fetch(`${tenant.openai.baseURL}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${tenant.key}`, "content-type": "application/json" },
    body,
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error", code } });
  expect(far.asked).toHaveLength(0);
});

test("what the other dialect has no word for is refused by name, and no provider is asked", async () => {
  const chat = tenant.openai.chat.completions.create({
    ...{ model: "an/m", messages: hello, seed: 5 },
  });
  await expect(chat).rejects.toMatchObject({
    ...{ status: 400, param: "seed", message: expect.stringContaining("seed cannot be carried") },
  });
  const message = tenant.anthropic.messages.create({
    ...{ model: "oa/m", max_tokens: 9, messages: hello },
    tools: [{ type: "web_search_20250305", name: "web_search" }],
  });
  await expect(message).rejects.toMatchObject({
    ...{ status: 400, type: "invalid_request_error" },
    message: expect.stringContaining("tools.0.type"),
  });
  const counted = tenant.anthropic.messages.countTokens({ model: "oa/m", messages: hello });
  await expect(counted).rejects.toMatchObject({ status: 400 });
  expect(far.asked).toHaveLength(0);
});

test("tokens of a message are counted by its provider, and cost nothing", async () => {
  far.answers = [
    (response, { url, headers }) => {
      const isCount = url === "/v1/messages/count_tokens" && headers["x-api-key"] !== undefined;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(isCount ? { input_tokens: 14 } : {}));
    },
  ];
  const counted = await tenant.anthropic.messages.countTokens({ model: "an/m", messages: hello });
  expect(counted.input_tokens).toBe(14);
  expect(await tenant.ledger()).toEqual([]);
});

test("an answer without usage is in the ledger with an estimate that says so", async () => {
  far.answers = [openai("sixteen letters!", {}, null)];
  await tenant.openai.chat.completions.create({ model: "oa/m", messages: hello });
  expect(await tenant.ledger()).toMatchObject([{ estimated: true, tokens_out: 4, status: "ok" }]);
});

test("a client's betas and version reach Anthropic, and cached tokens are told in both shapes", async () => {
  const usage = {
    ...{ input_tokens: 5, output_tokens: 3 },
    ...{ cache_read_input_tokens: 20, cache_creation_input_tokens: 1 },
  };
  const answer = {
    ...{ id: "m1", type: "message", role: "assistant", model: "m", stop_reason: "end_turn" },
    ...{ content: [{ type: "text", text: "hi" }], usage },
  };
  const reset = () => {
    far.reset();
    const give = (response: ServerResponse) => void response.end(JSON.stringify(answer));
    far.answers = [give, give];
  };
  reset();
  const body = { model: "an/m", max_tokens: 9, messages: hello };
  await tenant.anthropic.beta.messages.create({ ...body, betas: ["some-beta"] });
  // As clients of earlier versions ask.
  await tenant.anthropic.post("/v1/messages?beta=true", { body });
  const [seen, older] = far.asked;
  expect([seen?.url, older?.url]).toEqual(["/v1/messages", "/v1/messages?beta=true"]);
  expect(seen?.headers).toMatchObject({
    ...{ "anthropic-beta": "some-beta", "anthropic-version": "2026-10-21" },
    "x-api-key": "provider-key-of-an",
  });
  reset();
  const chat = await tenant.openai.chat.completions.create({ model: "an/m", messages: hello });
  expect(chat.usage).toMatchObject({
    ...{ prompt_tokens: 26, completion_tokens: 3, prompt_tokens_details: { cached_tokens: 20 } },
  });
  expect((await tenant.ledger()).at(-1)).toMatchObject({ tokens_in: 26, tokens_cached: 20 });
});

test("a request that has come round through its own gateway ends with an error that says so", async () => {
  const own = await gatewayTenant([]);
  const url = String(own.openai.baseURL).replace("/v1", "");
  const round = { ...provider("round", "openai", url), api_key: own.key, models: {} };
  const { tenantId: tenant_id } = own;
  await platform(tenant_id)("POST", "/tenants/configure", {
    ...{ tenant_id, name: tenant_id, ai_providers: [round] },
  });
  const refused = own.openai.chat.completions.create({ model: "m", messages: hello });
  await expect(refused).rejects.toMatchObject({
    ...{ status: 400, message: expect.stringContaining("leads back here") },
  });
  expect((await own.ledger()).length).toBe(4);
});
