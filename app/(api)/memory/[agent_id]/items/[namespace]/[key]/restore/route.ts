import { route } from "#lib/http/route.ts";
import { placeFrom } from "#lib/memory/items/place.ts";
import { memoryItem, restoreInput } from "#lib/memory/items/schema.ts";
import { restoreVersion } from "#lib/memory/items/versions.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Write an earlier version of a memory as its next one",
  body: restoreInput,
  response: memoryItem,
  run: (ctx, { body, params }) => restoreVersion(ctx, placeFrom(params), body),
});
