import { getOffer } from "#lib/federation/offers/list.ts";
import { changeOffer, revokeOffer } from "#lib/federation/offers/provide.ts";
import { route } from "#lib/http/route.ts";
import { changeOfferInput, offer } from "#lib/offers/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Read an offer of the tenant's",
  response: offer,
  run: (ctx, { params }) => getOffer(ctx, params.offer_id ?? ""),
});

export const PATCH = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Change an offer's price, quota or expiry",
  body: changeOfferInput,
  response: offer,
  run: (ctx, { body, params }) => changeOffer(ctx, params.offer_id ?? "", body),
});

export const DELETE = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Revoke an offer",
  response: offer,
  run: (ctx, { params }) => revokeOffer(ctx, params.offer_id ?? ""),
});
