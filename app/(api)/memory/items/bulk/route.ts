import { route } from "#lib/http/route.ts";
import { bulkItems } from "#lib/memory/items/bulk.ts";
import { bulkAnswer, bulkInput } from "#lib/memory/items/schema.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Set, patch, append to and delete memories, all of it or nothing",
  body: bulkInput,
  response: bulkAnswer,
  run: (ctx, { body }) => bulkItems(ctx, body),
});
