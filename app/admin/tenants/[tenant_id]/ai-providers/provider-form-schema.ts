import { z } from "zod";
import { toAmount, toMicros } from "#components/forms/amount.ts";
import { pairsRecord, toPairs } from "#components/forms/schema.ts";
import type { ModelPrice } from "#lib/prices/schema.ts";
import {
  type AiProvider,
  type PutAiProviderInput,
  providerName,
  putAiProviderInput,
} from "#lib/providers/entry-schema.ts";
import { providerTypes } from "#lib/providers/schema.ts";

export const dialects = [
  { value: "openai", label: "OpenAI, or a server that speaks like it" },
  { value: "anthropic", label: "Anthropic" },
] as const;

const priceRow = z.object({
  model: z.string().trim(),
  input: z.string(),
  output: z.string(),
  cached: z.string(),
});

export type PriceRow = z.input<typeof priceRow>;

export const emptyPrice: PriceRow = { model: "", input: "", output: "", cached: "" };

/** Rows of models and amounts as the API takes them; a mistake is told at its box. */
const prices = z.array(priceRow).transform((rows, context) => {
  const found = new Map<string, ModelPrice>();
  for (const [at, { model, ...amounts }] of rows.entries()) {
    const complain = (key: string, message: string) =>
      context.addIssue({ code: "custom", path: [at, key], message });
    if (model === "") complain("model", "Enter a model.");
    if (found.has(model)) complain("model", "This model is above.");
    const read = (key: "input" | "output" | "cached") => {
      const micros = toMicros(amounts[key]);
      if (micros === null) complain(key, "Enter an amount, such as 2.50.");
      return micros ?? 0;
    };
    const price = { input_micros: read("input"), output_micros: read("output") };
    const cached = amounts.cached.trim() === "" ? {} : { cached_micros: read("cached") };
    found.set(model, { ...price, ...cached });
  }
  return Object.fromEntries(found);
});

const fields = z.object({
  name: z.string().trim(),
  type: z.enum(providerTypes),
  base_url: z.string().trim(),
  api_key_secret: z.string().trim(),
  models: pairsRecord(),
  prices,
});

export interface ProviderSubmit {
  name: string;
  input: PutAiProviderInput;
}

const fieldOf: Record<string, string> = { models: "models", prices: "prices" };

/** The form's values → a provider's name and the API's input. */
export function providerForm(isNew: boolean) {
  return fields.transform((values, context): ProviderSubmit => {
    const { name, type, base_url, api_key_secret, ...rest } = values;
    const input = {
      ...{ type, ...rest },
      base_url: base_url === "" ? null : base_url,
      api_key_secret: api_key_secret === "" ? null : api_key_secret,
    };
    const wrongName = isNew ? providerName.safeParse(name).error?.issues[0] : undefined;
    if (wrongName) context.addIssue({ code: "custom", path: ["name"], message: wrongName.message });
    for (const { path, message } of putAiProviderInput.safeParse(input).error?.issues ?? []) {
      const [key = "name", at] = path.map(String);
      const text = fieldOf[key] && at !== undefined ? `${at}: ${message}` : message;
      context.addIssue({ code: "custom", path: [key], message: text });
    }
    return { name, input };
  });
}

export type ProviderValues = z.input<typeof fields>;

/** What the form starts with. */
export function toProviderValues(provider?: AiProvider): ProviderValues {
  return {
    name: provider?.name ?? "",
    type: provider?.type ?? "openai",
    base_url: provider?.base_url ?? "",
    api_key_secret: provider?.api_key_secret ?? "",
    models: toPairs(provider?.models ?? {}),
    prices: Object.entries(provider?.prices ?? {}).map(([model, price]) => ({
      model,
      input: toAmount(price.input_micros),
      output: toAmount(price.output_micros),
      cached: price.cached_micros === undefined ? "" : toAmount(price.cached_micros),
    })),
  };
}
