import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type GatewayTenant, gatewayTenant, provider } from "./gateway-tenant.ts";

const far = new LLMock({ host: "127.0.0.1", port: 0 });
const said = "Hello to you, ¡señor! 🎉";
let tenant: GatewayTenant;

beforeAll(async () => {
  const weather = { name: "weather", arguments: '{"city":"Quito","days":2}', id: "call_1" };
  const usage = {
    ...{ prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 },
    ...{ input_tokens: 11, output_tokens: 7 },
  };
  far
    .onToolResult("call_1", { content: "It rains in Quito." })
    .onMessage("weather", { toolCalls: [weather] })
    .onMessage("hello", { content: said, usage })
    .onEmbedding("hello", { embedding: [0.5, -0.25] });
  await far.start();
  tenant = await gatewayTenant([
    provider("oa", "openai", far.url),
    provider("an", "anthropic", far.url),
  ]);
});

afterAll(() => far.stop());

const hello = [{ role: "user" as const, content: "hello" }];
/** What the provider itself was sent last. */
function lastBody() {
  return far.getLastRequest()?.body as unknown as Record<string, unknown>;
}

const models = ["oa/m", "an/m"];

test.each(models)("the openai client has a chat completion of %s", async (model) => {
  const { data, response } = await tenant.openai.chat.completions
    .create({ model, messages: hello })
    .withResponse();
  expect(data.choices[0]?.message.content).toBe(said);
  expect(data.choices[0]?.finish_reason).toBe("stop");
  expect(data.usage?.total_tokens).toBeGreaterThan(0);
  const [providerName] = model.split("/");
  expect(response.headers.get("x-tausestack-provider")).toBe(providerName);
  expect(response.headers.get("x-tausestack-model")).toBe("m");
  expect(response.headers.get("x-tausestack-attempts")).toBe("1");
  const { prompt_tokens = 0, completion_tokens = 0 } = data.usage ?? {};
  const cost = String(prompt_tokens + 2 * completion_tokens);
  expect(response.headers.get("x-tausestack-cost-micros")).toBe(cost);
  expect((await tenant.ledger()).at(-1)).toMatchObject({
    ...{ name: "chat/completions", provider: providerName, model: "m", status: "ok" },
    ...{ tokens_in: prompt_tokens, tokens_out: completion_tokens, cost_micros: Number(cost) },
    estimated: false,
  });
});

test.each(models)(
  "the openai client has a streamed one of %s, and usage if it asks",
  async (model) => {
    for (const include_usage of [false, true]) {
      const stream = await tenant.openai.chat.completions.create({
        ...{ model, messages: hello, stream: true },
        ...(include_usage ? { stream_options: { include_usage } } : {}),
      });
      const texts: string[] = [];
      const usages: unknown[] = [];
      let finish: string | null = null;
      for await (const chunk of stream) {
        texts.push(chunk.choices[0]?.delta.content ?? "");
        finish = chunk.choices[0]?.finish_reason ?? finish;
        if (chunk.usage) usages.push(chunk.usage);
      }
      expect(texts.join("")).toBe(said);
      expect(finish).toBe("stop");
      expect(usages).toHaveLength(include_usage ? 1 : 0);
      const [event] = (await tenant.ledger()).slice(-1);
      expect(event).toMatchObject({ status: "ok", estimated: false });
      expect(event?.tokens_out).toBeGreaterThan(0);
    }
  },
);

const parameters = { type: "object" as const, properties: { city: { type: "string" } } };

test.each(models)(
  "the openai client calls a tool through %s and gives its result",
  async (model) => {
    const tools = [{ type: "function" as const, function: { name: "weather", parameters } }];
    const asked = { role: "user" as const, content: "weather?" };
    const runs = [false, true].map(async (stream) => {
      const first = stream
        ? await tenant.openai.chat.completions
            .stream({ model, messages: [asked], tools })
            .finalChatCompletion()
        : await tenant.openai.chat.completions.create({ model, messages: [asked], tools });
      const [choice] = first.choices;
      expect(choice?.finish_reason).toBe("tool_calls");
      const [call] = choice?.message.tool_calls ?? [];
      expect(call).toMatchObject({ id: "call_1", function: { name: "weather" } });
      const args = call?.type === "function" ? call.function.arguments : "";
      expect(JSON.parse(args)).toEqual({ city: "Quito", days: 2 });
      const { data } = await tenant.openai.chat.completions
        .create({
          ...{ model, tools },
          messages: [
            asked,
            choice?.message ?? asked,
            { role: "tool", tool_call_id: "call_1", content: "rain" },
          ],
        })
        .withResponse();
      expect(data.choices[0]?.message.content).toBe("It rains in Quito.");
    });
    await Promise.all(runs);
  },
);

test.each(models)("the anthropic client has a message of %s", async (model) => {
  const { data, response } = await tenant.anthropic.messages
    .create({ model, max_tokens: 100, messages: hello, system: "Be kind." })
    .withResponse();
  expect(data.content).toMatchObject([{ type: "text", text: said }]);
  expect(data).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn" });
  expect(data.usage.output_tokens).toBeGreaterThan(0);
  expect(response.headers.get("x-tausestack-attempts")).toBe("1");
  expect((await tenant.ledger()).at(-1)).toMatchObject({
    ...{ name: "messages", status: "ok", tokens_out: data.usage.output_tokens },
  });
});

test.each(models)("the anthropic client streams a message and a tool call of %s", async (model) => {
  const stream = tenant.anthropic.messages.stream({ model, max_tokens: 100, messages: hello });
  const texts: string[] = [];
  stream.on("text", (text) => texts.push(text));
  const message = await stream.finalMessage();
  expect(texts.join("")).toBe(said);
  expect(message.stop_reason).toBe("end_turn");
  expect(message.usage.output_tokens).toBeGreaterThan(0);
  const tools = [{ name: "weather", input_schema: parameters }];
  const asked = { role: "user" as const, content: "weather?" };
  const called = await tenant.anthropic.messages
    .stream({ model, max_tokens: 100, messages: [asked], tools })
    .finalMessage();
  expect(called.stop_reason).toBe("tool_use");
  expect(called.content).toMatchObject([
    { type: "tool_use", id: "call_1", name: "weather", input: { city: "Quito", days: 2 } },
  ]);
  const answer = await tenant.anthropic.messages.create({
    ...{ model, max_tokens: 100, tools },
    messages: [
      asked,
      { role: "assistant", content: called.content },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "call_1", content: "rain" }],
      },
    ],
  });
  expect(answer.content).toMatchObject([{ type: "text", text: "It rains in Quito." }]);
});

test("a request in the provider's own shape reaches it with nothing but its model exchanged", async () => {
  await tenant.openai.chat.completions.create({
    ...{ model: "oa/alias", messages: hello, temperature: 0.123456789012 },
    ...({ of_tomorrow: [1, { a: null }] } as object),
  });
  expect(lastBody()).toMatchObject({ model: "m", temperature: 0.123456789012 });
  const headers = far.getLastRequest()?.headers ?? {};
  expect(Object.keys(headers).filter((name) => /stainless|tenant|forwarded/.test(name))).toEqual(
    [],
  );
  expect(JSON.stringify(headers)).not.toContain(tenant.key);
});

test("images go either way, as addresses and as bytes", async () => {
  const data = Buffer.from("a picture").toString("base64");
  const image = { type: "image_url" as const, image_url: { url: `data:image/png;base64,${data}` } };
  const linked = { type: "image_url" as const, image_url: { url: "https://pictures.example/1" } };
  const text = { type: "text" as const, text: "hello" };
  await tenant.openai.chat.completions.create({
    model: "an/m",
    messages: [{ role: "user", content: [text, image, linked] }],
  });
  const answer = await tenant.anthropic.messages.create({
    ...{ model: "oa/m", max_tokens: 10 },
    messages: [
      {
        role: "user",
        content: [
          text,
          { type: "image", source: { type: "base64", media_type: "image/png", data } },
          { type: "image", source: { type: "url", url: "https://pictures.example/1" } },
        ],
      },
    ],
  });
  expect(answer.content).toMatchObject([{ text: said }]);
  expect(lastBody().messages).toMatchObject([{ content: [text, image, linked] }]);
});

test("the openai client embeds texts, at a provider of its dialect alone", async () => {
  const { data } = await tenant.openai.embeddings.create({
    ...{ model: "oa/m", input: "hello", encoding_format: "float" },
  });
  expect(data[0]?.embedding).toEqual([0.5, -0.25]);
  expect((await tenant.ledger()).at(-1)).toMatchObject({ name: "embeddings", status: "ok" });
  const refused = tenant.openai.embeddings.create({ model: "an/m", input: "hello" });
  await expect(refused).rejects.toMatchObject({ status: 400, code: "invalid_request" });
});

test("the openai client has a response, whole and streamed", async () => {
  const whole = await tenant.openai.responses.create({ model: "oa/m", input: "hello" });
  expect(whole.output_text).toBe(said);
  const stream = await tenant.openai.responses.create({
    ...{ model: "oa/m", input: "hello", stream: true },
  });
  let streamed = "";
  for await (const event of stream) {
    if (event.type === "response.output_text.delta") streamed += event.delta;
  }
  expect(streamed).toBe(said);
  const events = (await tenant.ledger()).filter(({ name }) => name === "responses");
  expect(events).toMatchObject([
    { status: "ok", estimated: false },
    { status: "ok", estimated: false },
  ]);
  const refused = tenant.openai.responses.create({ model: "an/m", input: "hello" });
  await expect(refused).rejects.toMatchObject({ status: 400 });
});

test("both clients list the models that the tenant has a name for", async () => {
  await tenant.call("PUT", "/ai-routes/fast", { targets: [{ model: "oa/m" }] });
  const wanted = ["fast", "oa/alias", "an/alias"];
  const listed = await tenant.openai.models.list();
  expect(listed.data.map(({ id }) => id)).toEqual(wanted);
  const messages = await tenant.anthropic.models.list();
  expect(messages.data.map(({ id }) => id)).toEqual(wanted);
  expect(await tenant.openai.models.retrieve("oa/alias")).toMatchObject({ owned_by: "oa" });
  expect(await tenant.anthropic.models.retrieve("oa/alias")).toMatchObject({ type: "model" });
  await expect(tenant.openai.models.retrieve("nothing")).rejects.toMatchObject({ status: 404 });
  await expect(tenant.anthropic.models.retrieve("nothing")).rejects.toMatchObject({ status: 404 });
});
