import { z } from "zod";
import { listReceivedOffers } from "#lib/federation/offers/list.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { offersQuery, receivedOffer } from "#lib/offers/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "List what other tenants offer to this one",
  query: offersQuery,
  response: z.array(receivedOffer),
  run: async (ctx, { query, request }) => paged(request, await listReceivedOffers(ctx, query)),
});
