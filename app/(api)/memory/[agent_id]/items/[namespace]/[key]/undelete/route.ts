import { route } from "#lib/http/route.ts";
import { placeFrom } from "#lib/memory/items/place.ts";
import { memoryItem } from "#lib/memory/items/schema.ts";
import { undeleteItem } from "#lib/memory/items/trash.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Bring a memory back from the trash",
  response: memoryItem,
  run: (ctx, { params }) => undeleteItem(ctx, placeFrom(params)),
});
