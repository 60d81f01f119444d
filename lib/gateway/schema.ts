import { z } from "zod";

/** What the doors themselves read of a request; the rest is the provider's to judge. */
const asked = z.looseObject({
  model: z.string({ error: "must be a string" }).min(1, "must not be empty").max(400).meta({
    description: "`<provider>/<model>`, a model's alias, or the alias of a route of the tenant.",
  }),
  stream: z.boolean({ error: "must be true or false" }).nullish(),
});

const messages = z.array(z.looseObject({ role: z.string() }), { error: "must be a list" });

export const chatInput = asked
  .extend({ messages })
  .meta({ id: "ChatCompletionRequest", description: "OpenAI's chat completions." });

export const messagesInput = asked
  .extend({ messages, max_tokens: z.number({ error: "must be a number" }).int().min(1) })
  .meta({ id: "MessagesRequest", description: "Anthropic's messages." });

export const countTokensInput = asked
  .extend({ messages })
  .meta({ id: "CountTokensRequest", description: "Anthropic's token counting." });

export const embeddingsInput = asked
  .extend({ input: z.unknown() })
  .meta({ id: "EmbeddingsRequest", description: "OpenAI's embeddings." });

export const responsesInput = asked.meta({
  id: "ResponsesRequest",
  description: "OpenAI's responses, for models of providers that speak its dialect.",
});

export const routeAlias = z
  .string({ error: "must be a string" })
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/,
    "must be 1 to 100 letters, digits, . _ : or -, starting with a letter or digit",
  )
  .meta({ examples: ["fast"] });

const largestWeight = 1_000;

const routeTarget = z.strictObject({
  model: z
    .string({ error: "must be a string" })
    .max(301, "must have at most 301 characters")
    .regex(/^[^/\s]+\/\S+$/, "must be <provider>/<model>"),
  weight: z
    .number({ error: "must be a number" })
    .int("must be a whole number")
    .min(0, "must not be negative")
    .max(largestWeight, `must be at most ${largestWeight}`)
    .optional()
    .meta({
      description:
        "With weights, the first model of each request is drawn by them, and the others follow in their order; without one it is only asked when others fail.",
    }),
});

export const mostTargets = 10;

export const putRouteInput = z.strictObject({
  targets: z
    .array(routeTarget, { error: "must be a list" })
    .min(1, "must name at least one model")
    .max(mostTargets, `must name at most ${mostTargets} models`)
    .refine(
      (targets) => new Set(targets.map(({ model }) => model)).size === targets.length,
      "must name each model once",
    )
    .meta({ description: "The models, in the order in which they are asked." }),
  timeout_ms: z
    .number({ error: "must be a number of milliseconds" })
    .int("must be a whole number")
    .min(100, "must be at least 100")
    .max(600_000, "must be at most 600000")
    .default(60_000)
    .meta({
      description:
        "How long each model has for an answer, or for the first part of one that is streamed.",
    }),
});

export type PutRouteInput = z.input<typeof putRouteInput>;

export const aiRoute = z
  .object({
    alias: z.string(),
    targets: z.array(
      routeTarget.extend({
        problem: z
          .string()
          .nullable()
          .meta({ description: "Why it cannot be asked; null where it can." }),
      }),
    ),
    timeout_ms: z.number().int(),
    tenant_id: z.string(),
    updated_by: z.object({ type: z.string(), id: z.string() }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "AiRoute" });

export type AiRoute = z.output<typeof aiRoute>;

export const deletedRoute = z.object({ status: z.literal("deleted"), alias: z.string() });
