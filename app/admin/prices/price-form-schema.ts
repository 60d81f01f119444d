import { z } from "zod";
import { toMicros } from "#components/forms/amount.ts";
import { jsonText } from "#components/forms/schema.ts";
import { plainMessage } from "#lib/core/plain-message.ts";
import { type PutPricesInput, putPricesInput } from "#lib/prices/schema.ts";

const fields = z.object({
  provider: z.string().trim(),
  model: z.string().trim(),
  input: z.string(),
  output: z.string(),
  cached: z.string(),
  effective_from: z.string(),
});

export const newPriceValues: z.input<typeof fields> = {
  ...{ provider: "", model: "", input: "", output: "", cached: "", effective_from: "" },
};

/** One price as the form has it → the API's list of one; a mistake is told at its field. */
export const priceForm = fields.transform((values, context): PutPricesInput => {
  const complain = (key: string, message: string) =>
    context.addIssue({ code: "custom", path: [key], message });
  const read = (key: "input" | "output" | "cached") => {
    const micros = toMicros(values[key]);
    if (micros === null) complain(key, "Enter an amount, such as 2.50.");
    return micros ?? 0;
  };
  const moment = values.effective_from === "" ? null : new Date(`${values.effective_from}Z`);
  const price = {
    ...{ provider: values.provider, model: values.model },
    ...{ input_micros: read("input"), output_micros: read("output") },
    ...(values.cached.trim() === "" ? {} : { cached_micros: read("cached") }),
    ...(moment ? { effective_from: moment.toISOString() } : {}),
  };
  const input = { prices: [price] };
  for (const { path, message } of putPricesInput.safeParse(input, { error: plainMessage }).error
    ?.issues ?? []) {
    const key = String(path[2] ?? "model");
    if (key in values) complain(key, message);
  }
  return input;
});

/** A list as text: the API's own input, or the array of prices alone. */
export const importForm = z.object({
  list: jsonText(
    z.preprocess((value) => (Array.isArray(value) ? { prices: value } : value), putPricesInput),
  ),
});

export const listExample = `{
  "prices": [
    {
      "provider": "api.example.com",
      "model": "small-1",
      "input_micros": 250000,
      "cached_micros": 25000,
      "output_micros": 2000000,
      "effective_from": "2026-01-01T00:00:00Z"
    }
  ]
}`;
