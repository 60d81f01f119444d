import { acceptOffer } from "#lib/federation/offers/receive.ts";
import { route } from "#lib/http/route.ts";
import { acceptOfferInput, receivedOffer } from "#lib/offers/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Accept an offer, as it was looked at",
  body: acceptOfferInput,
  response: receivedOffer,
  run: (ctx, { body, params }) => acceptOffer(ctx, params.offer_id ?? "", body),
});
