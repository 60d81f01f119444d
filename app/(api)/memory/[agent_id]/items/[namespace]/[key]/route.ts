import { baseVersionOf, versionTag } from "#lib/core/entity-tag.ts";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { placeFrom } from "#lib/memory/items/place.ts";
import { getItem } from "#lib/memory/items/read.ts";
import {
  deletedItem,
  type MemoryItem,
  memoryItem,
  patchItemInput,
  putItemInput,
} from "#lib/memory/items/schema.ts";
import { deleteItem, patchItem, putItem } from "#lib/memory/items/verbs.ts";

function tagged(item: MemoryItem): Reply {
  return new Reply(item, { headers: { etag: versionTag(item.version) } });
}

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "Read a memory",
  response: memoryItem,
  run: async (ctx, { params }) => tagged(await getItem(ctx, placeFrom(params))),
});

export const PUT = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Write a memory's next version, or create the memory",
  body: putItemInput,
  response: memoryItem,
  run: async (ctx, { body, params, request }) => {
    const base_version = baseVersionOf(request.headers.get("if-match"), body.base_version);
    return tagged(await putItem(ctx, placeFrom(params), { ...body, base_version }));
  },
});

export const PATCH = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Apply a JSON Merge Patch (RFC 7396) to a memory",
  body: patchItemInput,
  response: memoryItem,
  run: async (ctx, { body, params, request }) => {
    const base_version = baseVersionOf(request.headers.get("if-match"), body.base_version);
    return tagged(await patchItem(ctx, placeFrom(params), { ...body, base_version }));
  },
});

export const DELETE = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Put a memory into the trash",
  response: deletedItem,
  run: (ctx, { params, request }) => {
    const base = baseVersionOf(request.headers.get("if-match"), undefined);
    return deleteItem(ctx, placeFrom(params), base);
  },
});
