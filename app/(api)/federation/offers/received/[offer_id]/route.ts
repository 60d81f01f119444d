import { getReceivedOffer, removeReceivedOffer } from "#lib/federation/offers/receive.ts";
import { route } from "#lib/http/route.ts";
import { receivedOfferNow, removedOffer } from "#lib/offers/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Read an offer of another tenant's, with what it offers now",
  response: receivedOfferNow,
  run: (ctx, { params }) => getReceivedOffer(ctx, params.offer_id ?? ""),
});

export const DELETE = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "End an accepted offer, or forget one that has ended",
  response: removedOffer,
  run: async (ctx, { params }) => {
    await removeReceivedOffer(ctx, params.offer_id ?? "");
    return { status: "removed", offer_id: params.offer_id };
  },
});
