import { z } from "zod";
import { type ModelPrice, modelPrice } from "#lib/prices/schema.ts";
import { secretName } from "#lib/secrets/schema.ts";

/** The dialects that are spoken; adding one is a file beside this and a line in the adapters' map. */
export const providerTypes = ["openai", "anthropic"] as const;

export type ProviderType = (typeof providerTypes)[number];

const isType = (text: string): text is ProviderType => providerTypes.some((type) => type === text);

/** One entry of a tenant's `ai_providers`; keys that are not known are kept and ignored. */
const entry = z.looseObject({
  name: z.string().min(1).max(100).optional(),
  provider: z.string().min(1).max(100).optional(),
  type: z.enum(providerTypes).optional(),
  base_url: z.url({ protocol: /^https?$/ }).optional(),
  api_key: z.string().min(1).optional(),
  api_key_secret: secretName.optional(),
  model: z.string().min(1).max(200).optional(),
  models: z.record(z.string(), z.string().min(1).max(200)).default({}),
  // A price that is none makes costs unknown, and the provider no less useful.
  prices: z.record(z.string(), modelPrice.nullable().catch(null)).catch({}),
});

/** A provider of language models that a tenant may use. */
export interface Provider {
  name: string;
  type: ProviderType;
  baseUrl: string | null;
  /** The key itself, or the name of the tenant's secret that holds it. */
  key: { value: string } | { secret: string };
  /** Alias → the provider's own name of a model. */
  models: ReadonlyMap<string, string>;
  /** By the provider's own name of a model. */
  prices: ReadonlyMap<string, ModelPrice>;
}

function providerOf(given: unknown): Provider | null {
  const parsed = entry.safeParse(typeof given === "string" ? { name: given } : given);
  if (!parsed.success) return null;
  const { base_url, api_key, api_key_secret, model, models, prices } = parsed.data;
  const name = parsed.data.name ?? parsed.data.provider ?? parsed.data.type;
  if (name === undefined) return null;
  // Whatever else has an address of its own is taken to speak the dialect that most do.
  const guess = isType(name) ? name : base_url === undefined ? undefined : "openai";
  const type = parsed.data.type ?? guess;
  if (type === undefined) return null;
  const secret = api_key_secret ?? `${type.toUpperCase()}_API_KEY`;
  return {
    name,
    type,
    baseUrl: base_url ?? null,
    key: api_key_secret === undefined && api_key !== undefined ? { value: api_key } : { secret },
    models: new Map([
      ...(model === undefined ? [] : [[model, model] as const]),
      ...Object.entries(models),
    ]),
    prices: new Map(
      Object.entries(prices).flatMap(([of, price]) => (price === null ? [] : [[of, price]])),
    ),
  };
}

/**
 * The providers of a tenant's `ai_providers`: a name alone (`openai`, `anthropic`) or an object of
 * name, type, base_url, api_key_secret, models and prices. Entries that name no known dialect are left out;
 * of two with one name the first counts.
 */
export function readProviders(entries: readonly unknown[]): Provider[] {
  const found = entries.flatMap((given) => providerOf(given) ?? []);
  return found.filter(({ name }, index) => found.findIndex((each) => each.name === name) === index);
}
