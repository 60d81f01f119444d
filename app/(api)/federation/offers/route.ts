import { z } from "zod";
import { listOffers } from "#lib/federation/offers/list.ts";
import { createOffers } from "#lib/federation/offers/provide.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { createdOffers, createOfferInput, offer, offersQuery } from "#lib/offers/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "List what the tenant offers to others",
  query: offersQuery,
  response: z.array(offer),
  run: async (ctx, { query, request }) => paged(request, await listOffers(ctx, query)),
});

export const POST = route({
  scope: "tenant",
  permission: "federation:write",
  summary: "Offer a tool, prompt, resource or memory to other tenants",
  body: createOfferInput,
  response: createdOffers,
  status: 201,
  run: (ctx, { body }) => createOffers(ctx, body),
});
