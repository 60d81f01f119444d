import { expect, test } from "vitest";
import { findModel } from "./find-model.ts";
import { ProviderError } from "./provider-error.ts";
import { readProviders } from "./schema.ts";

test("a name alone is a provider, whose key is the secret that is called like it", () => {
  expect(readProviders(["openai", "anthropic", "nobody"])).toMatchObject([
    { name: "openai", type: "openai", baseUrl: null, key: { secret: "OPENAI_API_KEY" } },
    { name: "anthropic", type: "anthropic", key: { secret: "ANTHROPIC_API_KEY" } },
  ]);
});

test("an object says its name, dialect, address, key and aliases; the first of a name counts", () => {
  const house = {
    ...{ name: "house", type: "anthropic", base_url: "https://ai.example/v1", extra: 1 },
    ...{ api_key_secret: "HOUSE", models: { fast: "small-1" } },
  };
  expect(readProviders([house, { ...house, api_key_secret: "OTHER" }])).toEqual([
    {
      ...{ name: "house", type: "anthropic", baseUrl: "https://ai.example/v1" },
      ...{ key: { secret: "HOUSE" }, models: new Map([["fast", "small-1"]]) },
      prices: new Map(),
    },
  ]);
});

test("a price that is none is as good as absent, and the others stay", () => {
  const good = { input_micros: 1, output_micros: 2 };
  const prices = { a: good, b: { input_micros: 0.5, output_micros: 1 }, c: "cheap" };
  const read = (given: unknown) => readProviders([{ name: "openai", prices: given }])[0]?.prices;
  expect(read(prices)).toEqual(new Map([["a", good]]));
  expect(read("none")).toEqual(new Map());
});

test("an address without a dialect speaks OpenAI's, and entries that mean nothing are left out", () => {
  const found = readProviders([
    { provider: "local", base_url: "http://10.0.0.7/v1", api_key: "k", model: "llama" },
    { provider: "bedrock", rate_limit: 2000 },
    { name: "bad", base_url: "ftp://x", type: "openai" },
    5,
    null,
  ]);
  expect(found).toMatchObject([{ name: "local", type: "openai", key: { value: "k" } }]);
});

const providers = readProviders([
  { name: "openai", models: { fast: "gpt-mini", shared: "gpt-large" } },
  { name: "house", type: "openai", base_url: "https://x.example", model: "org/llama" },
  { name: "anthropic", models: { shared: "claude", smart: "claude" } },
]);

test.each([
  ["openai/gpt-mini", "openai", "gpt-mini"],
  ["openai/fast", "openai", "gpt-mini"],
  ["anthropic/shared", "anthropic", "claude"],
  ["shared", "openai", "gpt-large"],
  ["smart", "anthropic", "claude"],
  ["claude", "anthropic", "claude"],
  ["org/llama", "house", "org/llama"],
  ["house/org/llama", "house", "org/llama"],
])("%s is a model of %s: %s", (name, provider, model) => {
  const target = findModel(providers, name);
  expect([target.provider.name, target.model]).toEqual([provider, model]);
});

test("a model that none lists is the only provider's, or else unknown with the names of those there are", () => {
  expect(findModel(readProviders(["openai"]), "anything").model).toBe("anything");
  const error = (run: () => unknown) => {
    try {
      return run();
    } catch (reason) {
      return reason;
    }
  };
  const unknown = error(() => findModel(providers, "nothing")) as ProviderError;
  expect(unknown).toBeInstanceOf(ProviderError);
  expect([unknown.code, unknown.message]).toEqual([
    "unknown_model",
    expect.stringContaining("openai, house, anthropic"),
  ]);
  expect((error(() => findModel([], "x")) as ProviderError).message).toContain("ai_providers");
});
