import { route } from "#lib/http/route.ts";
import { searchAnswer, searchInput } from "#lib/memory/items/schema.ts";
import { searchItems } from "#lib/memory/search/search.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "Search memories by words, by words alike and by filters",
  body: searchInput,
  response: searchAnswer,
  run: (ctx, { body }) => searchItems(ctx, body),
});
