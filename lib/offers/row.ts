import type { offers, receivedOffers } from "#db/schema/offers.ts";
import { notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import type { Offer, OfferTerms, ReceivedOffer } from "./schema.ts";
import { digestOfTerms } from "./terms.ts";

export type OfferRow = typeof offers.$inferSelect;
export type ReceivedRow = typeof receivedOffers.$inferSelect;

export const offersTopic = "offers";

/** Ids that no offer can have are missing ones. */
export function checkOfferId(id: string): void {
  if (!/^offer_[0-9a-f]{32}$/.test(id)) throw notFound("offer", id);
}

export function termsOf(row: OfferRow): OfferTerms {
  return {
    price_micros: row.priceMicros,
    max_calls: row.maxCalls,
    max_calls_per_day: row.maxCallsPerDay,
    expires_at: row.expiresAt?.toISOString() ?? null,
  };
}

function isToday(day: Date | null): boolean {
  return day?.toISOString().slice(0, 10) === new Date().toISOString().slice(0, 10);
}

export function toOffer(row: OfferRow): Offer {
  return {
    offer_id: row.offerId,
    to: row.consumerId,
    kind: row.kind,
    object_id: row.objectId,
    namespace: row.namespace === "" ? null : row.namespace,
    access: row.access,
    ...termsOf(row),
    state: row.state,
    calls: row.calls,
    calls_today: isToday(row.day) ? row.callsToday : 0,
    created_by: { type: row.principalType, id: row.principalId },
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}

/** What an object is called where it comes from. */
export function nameOf(definition: JsonObject): string {
  return String(definition.name ?? "");
}

export function toReceived(row: ReceivedRow): ReceivedOffer {
  const { access, ...definition } = row.definition as JsonObject;
  const terms = row.terms as OfferTerms;
  return {
    offer_id: row.offerId,
    from: { tenant_id: row.providerId, name: row.providerName },
    kind: row.kind,
    name: nameOf(definition),
    definition,
    access: access === "write" ? "write" : "read",
    ...terms,
    state: row.state,
    blocked: row.blocked,
    prefix: row.prefix,
    exposed_name: row.exposedName,
    tool_id: row.toolId,
    terms_changed: row.state === "accepted" && digestOfTerms(terms) !== row.acceptedTerms,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
