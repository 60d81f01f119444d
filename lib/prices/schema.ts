import { z } from "zod";
import { pageQuery } from "#lib/core/page.ts";
import { oneLine } from "#lib/core/text-schema.ts";
import { moment } from "#lib/core/time-schema.ts";

const micros = z
  .number({ error: "must be a number of micro-units" })
  .int("must be a whole number of micro-units")
  .min(0, "must not be negative")
  .max(1e12, "must be at most 1000000000000");

/** What a million tokens cost, in micro-units of the ledger's currency. */
export const modelPrice = z.object({
  input_micros: micros,
  output_micros: micros,
  cached_micros: micros.optional().meta({
    description: "Of input tokens that come from the provider's cache; absent: as other input.",
  }),
});

export type ModelPrice = z.output<typeof modelPrice>;

const provider = z
  .string({ error: "must be a string" })
  .max(260, "must have at most 260 characters")
  .regex(
    /^[a-z0-9][a-z0-9.:_-]*$/,
    "must be a dialect such as openai, or an endpoint's host in lower case, such as api.groq.com",
  )
  .meta({
    description:
      "Whose price it is: a dialect (openai, anthropic) at its own address, or the host of a base_url.",
    examples: ["openai", "api.groq.com"],
  });

const model = oneLine(z.string().min(1, "must not be empty").max(200)).meta({
  description: "The provider's own name of the model.",
});

export const putPricesInput = z
  .object({
    prices: z
      .array(
        modelPrice.extend({
          ...{ provider, model },
          effective_from: moment().optional().meta({ description: "Default: now." }),
        }),
      )
      .min(1, "must have a price")
      .max(500, "must have at most 500 prices; send the rest in further requests"),
  })
  .meta({ id: "PriceList" });

export type PutPricesInput = z.input<typeof putPricesInput>;

export const price = z
  .object({
    price_id: z.string(),
    provider: z.string(),
    model: z.string(),
    input_micros: z.number().int(),
    output_micros: z.number().int(),
    cached_micros: z.number().int().nullable(),
    effective_from: z.iso.datetime(),
    effective_until: z.iso.datetime().nullable().meta({
      description: "When the model's next price takes over; null where none is known.",
    }),
    status: z.enum(["past", "current", "future"]),
    set_by: z.object({ type: z.string(), id: z.string() }),
  })
  .meta({ id: "Price" });

export type Price = z.output<typeof price>;

export const priceQuery = pageQuery.extend({
  provider: oneLine(z.string().max(260)).optional(),
  model: oneLine(z.string().max(200)).optional(),
  status: z.enum(["current", "all"]).default("current").meta({
    description: "`all`: past and future prices too.",
  }),
});

export type PriceQuery = z.input<typeof priceQuery>;

export const putPricesResult = z.object({
  added: z.number().int(),
  unchanged: z.number().int().meta({ description: "Those that stood there already." }),
});

export type PutPricesResult = z.output<typeof putPricesResult>;

export const deletedPrice = z.object({ status: z.literal("deleted"), price_id: z.string() });
