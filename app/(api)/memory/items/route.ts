import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { listItems } from "#lib/memory/items/read.ts";
import { itemsQuery, memoryItems } from "#lib/memory/items/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "List memories in the order of agents, namespaces and keys, or those in the trash",
  query: itemsQuery,
  response: memoryItems,
  run: async (ctx, { query, request }) =>
    paged(request, await listItems(ctx, query), (items) => ({ items })),
});
