import { declineOffer } from "#lib/federation/offers/receive.ts";
import { route } from "#lib/http/route.ts";
import { declineOfferInput, receivedOffer } from "#lib/offers/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Decline an offer",
  body: declineOfferInput,
  response: receivedOffer,
  run: (ctx, { body, params }) => declineOffer(ctx, params.offer_id ?? "", body),
});
