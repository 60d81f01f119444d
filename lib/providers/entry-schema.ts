import { z } from "zod";
import { modelPrice } from "#lib/prices/schema.ts";
import { secretName } from "#lib/secrets/schema.ts";
import { providerTypes } from "./schema.ts";

const mostModels = 200;

/** Before the slash in `ai:<provider>/<model>`. */
export const providerName = z
  .string({ error: "must be a string" })
  .regex(
    /^[A-Za-z0-9][\w.-]{0,63}$/,
    "must be 1 to 64 letters, digits, _, - or ., starting with a letter or digit",
  )
  .meta({ examples: ["openai"] });

const modelName = z
  .string({ error: "must be a string" })
  .max(200, "must have at most 200 characters")
  .regex(/^[\w.:@+-]+(\/[\w.:@+-]+)*$/, "must be letters, digits, _ . : @ + - and single slashes");

function few(record: object): boolean {
  return Object.keys(record).length <= mostModels;
}

const tooMany = `must have at most ${mostModels} names`;

export const putAiProviderInput = z.object({
  type: z.enum(providerTypes, { error: `must be one of ${providerTypes.join(", ")}` }).meta({
    description: "The dialect that it speaks.",
  }),
  base_url: z
    .url({ protocol: /^https?$/, error: "must be a URL that starts with https:// or http://" })
    .max(2_000, "must have at most 2000 characters")
    .refine((text) => {
      const { username, password } = new URL(text);
      return username + password === "";
    }, "must be without user and password; the key is a secret")
    .nullish()
    .meta({ description: "Absent: the address of the dialect's own provider." }),
  api_key_secret: secretName.nullish().meta({
    description: "The tenant's secret with the key. Absent: OPENAI_API_KEY or ANTHROPIC_API_KEY.",
  }),
  models: z
    .record(modelName, modelName, { error: "must be an object of aliases and models" })
    .refine(few, tooMany)
    .default({})
    .meta({ description: "Aliases that tools may use, and the provider's own names." }),
  prices: z
    .record(modelName, modelPrice, { error: "must be an object of models and prices" })
    .refine(few, tooMany)
    .default({})
    .meta({
      description:
        "By the provider's own name of a model, what a million tokens cost. The cost of other models is unknown.",
    }),
});

export type PutAiProviderInput = z.input<typeof putAiProviderInput>;

export const aiProvider = z
  .object({
    tenant_id: z.string(),
    name: z.string(),
    type: z.enum(providerTypes).nullable(),
    base_url: z.string().nullable(),
    api_key_secret: z.string().nullable().meta({
      description: "The secret with its key; null: the key stands in the entry itself.",
    }),
    models: z.record(z.string(), z.string()),
    prices: z.record(z.string(), modelPrice),
    problem: z.string().nullable().meta({ description: "Why no tool can use it." }),
  })
  .meta({ id: "AiProvider" });

export type AiProvider = z.output<typeof aiProvider>;

export const aiProviders = z.object({ items: z.array(aiProvider) });

export const deletedAiProvider = z.object({ status: z.literal("deleted"), name: z.string() });

export const testedAiProvider = z
  .object({
    ok: z.boolean(),
    error: z.string().nullable(),
    models: z.array(z.string()).meta({ description: "That the key may use, as it lists them." }),
    duration_ms: z.number(),
  })
  .meta({ id: "TestedAiProvider" });

export type TestedAiProvider = z.output<typeof testedAiProvider>;
