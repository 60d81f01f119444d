import { z } from "zod";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { price, priceQuery, putPricesInput, putPricesResult } from "#lib/prices/schema.ts";
import { listPrices, putPrices } from "#lib/prices/service.ts";

export const GET = route({
  scope: "platform",
  permission: "platform:read",
  summary: "List the deployment's prices of models",
  query: priceQuery,
  response: z.array(price),
  run: async (ctx, { query, request }) => paged(request, await listPrices(ctx, query)),
});

export const PUT = route({
  scope: "platform",
  permission: "platform:write",
  summary: "Add prices of models, one or a list, from a moment on",
  body: putPricesInput,
  response: putPricesResult,
  run: (ctx, { body }) => putPrices(ctx, body),
});
