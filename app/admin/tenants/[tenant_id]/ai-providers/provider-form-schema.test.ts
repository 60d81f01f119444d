import { expect, test } from "vitest";
import type { AiProvider } from "#lib/providers/entry-schema.ts";
import { emptyPrice, providerForm, toProviderValues } from "./provider-form-schema.ts";

const provider: AiProvider = {
  ...{ tenant_id: "t", name: "house", type: "openai", base_url: "https://ai.example/v1" },
  ...{ api_key_secret: "HOUSE_KEY", models: { fast: "small-1" }, problem: null },
  prices: {
    "small-1": { input_micros: 2_500_000, output_micros: 37_500, cached_micros: 1 },
    free: { input_micros: 0, output_micros: 10_000_000 },
  },
};

test("a provider goes through the form unchanged, its prices to the micro-unit", () => {
  const { name, type, base_url, api_key_secret, models, prices } = provider;
  const values = toProviderValues(provider);
  expect(values.prices[0]).toEqual({
    ...{ model: "small-1", input: "2.5", output: "0.0375", cached: "0.000001" },
  });
  expect(providerForm(false).parse(values)).toEqual({
    name,
    input: { type, base_url, api_key_secret, models, prices },
  });
});

test("an empty form is a provider of OpenAI's own, by its usual secret", () => {
  const values = { ...toProviderValues(), name: "openai" };
  expect(providerForm(true).parse(values)).toEqual({
    name: "openai",
    input: { type: "openai", base_url: null, api_key_secret: null, models: {}, prices: {} },
  });
});

test.each([
  [{ name: "a/b" }, "name"],
  [{ base_url: "ftp://x" }, "base_url"],
  [{ api_key_secret: "no name" }, "api_key_secret"],
  [{ prices: [{ ...emptyPrice, model: "m", input: "x", output: "1" }] }, "prices.0.input"],
  [{ prices: [{ ...emptyPrice, input: "1", output: "1" }] }, "prices.0.model"],
  [{ prices: [{ ...emptyPrice, model: "m", input: "1", output: "1.1234567" }] }, "prices.0.output"],
])("%j is told at %s", (wrong, place) => {
  const { error } = providerForm(true).safeParse({ ...toProviderValues(provider), ...wrong });
  expect(error?.issues.map(({ path }) => path.join("."))).toEqual([place]);
});
