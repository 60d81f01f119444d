import {
  type AcceptOfferInput,
  type ChangeOfferInput,
  type CreateOfferInput,
  createdOffers,
  type DeclineOfferInput,
  type Offer,
  offer,
  type ReceivedOffer,
  type ReceivedOfferNow,
  receivedOffer,
  receivedOfferNow,
  removedOffer,
} from "#lib/offers/schema.ts";
import { callApi, pathOf } from "./api.ts";

const root = "/federation/offers";
const received = (offerId: string, ...rest: string[]) =>
  pathOf("federation", "offers", "received", offerId, ...rest);

export async function createOffers(tenantId: string, body: CreateOfferInput): Promise<Offer[]> {
  const call = { method: "POST", path: root, tenantId, body, response: createdOffers } as const;
  return (await callApi(call)).offers;
}

export function changeOffer(
  tenantId: string,
  offerId: string,
  body: ChangeOfferInput,
): Promise<Offer> {
  const path = pathOf("federation", "offers", offerId);
  return callApi({ method: "PATCH", path, tenantId, body, response: offer });
}

export function revokeOffer(tenantId: string, offerId: string): Promise<Offer> {
  const path = pathOf("federation", "offers", offerId);
  return callApi({ method: "DELETE", path, tenantId, response: offer });
}

/** What is offered at this moment, with the digest by which it is accepted. */
export function readReceivedOffer(tenantId: string, offerId: string): Promise<ReceivedOfferNow> {
  return callApi({ path: received(offerId), tenantId, response: receivedOfferNow });
}

export function acceptOffer(
  tenantId: string,
  offerId: string,
  body: AcceptOfferInput,
): Promise<ReceivedOffer> {
  const path = received(offerId, "accept");
  return callApi({ method: "POST", path, tenantId, body, response: receivedOffer });
}

export function declineOffer(
  tenantId: string,
  offerId: string,
  body: DeclineOfferInput,
): Promise<ReceivedOffer> {
  const path = received(offerId, "decline");
  return callApi({ method: "POST", path, tenantId, body, response: receivedOffer });
}

/** Ends an accepted offer, or forgets one that has ended. */
export async function removeReceivedOffer(tenantId: string, offerId: string): Promise<void> {
  const path = received(offerId);
  await callApi({ method: "DELETE", path, tenantId, response: removedOffer });
}
