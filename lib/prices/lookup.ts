import { platformStatement } from "#db/transaction.ts";
import { createCache } from "#lib/core/cache.ts";
import type { ModelPrice } from "./schema.ts";

export const pricesTopic = "model-prices";
/** The whole list is one entry. */
export const pricesKey = "all";

export interface ListedPrice extends ModelPrice {
  priceId: string;
  effectiveFrom: number;
}

type PriceList = ReadonlyMap<string, readonly ListedPrice[]>;

const place = (provider: string, model: string) => `${provider} ${model}`;

async function load(): Promise<PriceList> {
  const rows = await platformStatement(
    `select price_id, provider, model, effective_from, input_micros, output_micros, cached_micros
     from model_prices order by provider, model, effective_from desc`,
    [],
  );
  const list = new Map<string, ListedPrice[]>();
  for (const row of rows) {
    const at = place(String(row.provider), String(row.model));
    const listed: ListedPrice = {
      priceId: String(row.price_id),
      effectiveFrom: (row.effective_from as Date).getTime(),
      input_micros: Number(row.input_micros),
      output_micros: Number(row.output_micros),
      ...(row.cached_micros === null ? {} : { cached_micros: Number(row.cached_micros) }),
    };
    list.set(at, [...(list.get(at) ?? []), listed]);
  }
  return list;
}

const cache = createCache<PriceList>({
  name: "model-prices",
  topic: pricesTopic,
  maxEntries: 1,
  ttlMs: 60_000,
  load,
});

/** The platform's price of a model at this moment, which most often costs no wait; undefined: none. */
export function findPrice(
  provider: string,
  model: string,
): ListedPrice | undefined | Promise<ListedPrice | undefined> {
  const now = Date.now();
  const pick = (list: PriceList) =>
    list.get(place(provider, model))?.find(({ effectiveFrom }) => effectiveFrom <= now);
  const list = cache.peek(pricesKey);
  return list ? pick(list) : cache.get(pricesKey).then(pick);
}
