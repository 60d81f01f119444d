import { findPrice } from "#lib/prices/lookup.ts";
import type { ModelPrice } from "#lib/prices/schema.ts";
import type { Provider } from "./schema.ts";

/** A price, and what the ledger names it by. */
export interface AppliedPrice {
  price: ModelPrice;
  priceId: string;
}

/** By whose prices a provider's models go: the dialect's own, or those of the host that it is at. */
function pricedAs({ type, baseUrl }: Provider): string {
  const host = baseUrl === null ? null : URL.parse(baseUrl)?.host;
  return host && host !== `api.${type}.com` ? host : type;
}

/** The entry's prices have no versions, so that the name has the numbers. */
function entryPrice(name: string, price: ModelPrice): AppliedPrice {
  const { input_micros, output_micros, cached_micros = input_micros } = price;
  return { price, priceId: `entry:${name}:${input_micros}/${output_micros}/${cached_micros}` };
}

/**
 * What a model costs now: the price in the tenant's own entry of the provider, or else the
 * platform's. Null: nobody has given it one, and the cost of its calls is unknown.
 */
export async function priceOf(provider: Provider, model: string): Promise<AppliedPrice | null> {
  const own = provider.prices.get(model);
  if (own) return entryPrice(provider.name, own);
  const found = findPrice(pricedAs(provider), model);
  const listed = found instanceof Promise ? await found : found;
  return listed ? { price: listed, priceId: listed.priceId } : null;
}
