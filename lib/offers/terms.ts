import { sha256Hex } from "#lib/core/crypto.ts";
import type { OfferTerms } from "./schema.ts";

/** The terms as one text, so that what was accepted can be compared with what is offered. */
export function digestOfTerms(terms: OfferTerms): string {
  const { price_micros, max_calls, max_calls_per_day, expires_at } = terms;
  const expires = expires_at === null ? null : new Date(expires_at).toISOString();
  return sha256Hex(JSON.stringify([price_micros, max_calls, max_calls_per_day, expires])).slice(
    0,
    32,
  );
}

const unbounded = (value: number | null) => value ?? Number.POSITIVE_INFINITY;
const timeOf = (value: string | null) => (value === null ? Infinity : Date.parse(value));

/** Whether whoever accepted `before` would lose by `after`: it costs more, gives less or ends sooner. */
export function areWorse(after: OfferTerms, before: OfferTerms): boolean {
  return (
    after.price_micros > before.price_micros ||
    unbounded(after.max_calls) < unbounded(before.max_calls) ||
    unbounded(after.max_calls_per_day) < unbounded(before.max_calls_per_day) ||
    timeOf(after.expires_at) < timeOf(before.expires_at)
  );
}
