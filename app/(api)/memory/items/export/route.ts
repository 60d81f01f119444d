import { Readable } from "node:stream";
import { Reply } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { exportMemory } from "#lib/memory/transfer/export.ts";
import { exportQuery } from "#lib/memory/transfer/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "Export the tenant's memory, or an agent's, as JSON Lines",
  query: exportQuery,
  givesBytes: true,
  run: async (ctx, { query }) => {
    const parts = Readable.from(await exportMemory(ctx, query), { objectMode: false });
    return new Reply(Readable.toWeb(parts), {
      headers: {
        "content-type": "application/x-ndjson",
        "content-disposition": 'attachment; filename="memory.jsonl"',
      },
    });
  },
});
