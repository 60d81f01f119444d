import { route } from "#lib/http/route.ts";
import { placeFrom } from "#lib/memory/items/place.ts";
import { memoryVersions } from "#lib/memory/items/schema.ts";
import { listVersions } from "#lib/memory/items/versions.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "List the versions of a memory that are kept, the current one first",
  response: memoryVersions,
  run: async (ctx, { params }) => ({ versions: await listVersions(ctx, placeFrom(params)) }),
});
