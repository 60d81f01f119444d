import { baseVersionOf, versionTag } from "#lib/core/entity-tag.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { placeFrom } from "#lib/memory/items/place.ts";
import { appendItemInput, memoryItem } from "#lib/memory/items/schema.ts";
import { appendItem } from "#lib/memory/items/verbs.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Append to a memory that is a list, or begin one",
  body: appendItemInput,
  response: memoryItem,
  run: async (ctx, { body, params, request }) => {
    const base_version = baseVersionOf(request.headers.get("if-match"), body.base_version);
    const item = await appendItem(ctx, placeFrom(params), { ...body, base_version });
    return new Reply(item, { headers: { etag: versionTag(item.version) } });
  },
});
