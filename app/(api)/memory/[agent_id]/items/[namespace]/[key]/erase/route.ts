import { route } from "#lib/http/route.ts";
import { placeFrom } from "#lib/memory/items/place.ts";
import { erasedItem } from "#lib/memory/items/schema.ts";
import { eraseItem } from "#lib/memory/items/trash.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Remove a memory and its versions for good",
  response: erasedItem,
  run: (ctx, { params }) => eraseItem(ctx, placeFrom(params)),
});
