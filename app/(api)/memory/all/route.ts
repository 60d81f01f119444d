import { asReader } from "#lib/federation/enabled.ts";
import { paged } from "#lib/http/reply.ts";
import { route } from "#lib/http/route.ts";
import { memoryList, memoryQuery } from "#lib/memory/schema.ts";
import { listMemories } from "#lib/memory/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "List the contexts of all agents",
  query: memoryQuery,
  response: memoryList,
  run: async (ctx, { query, request }) =>
    paged(request, await listMemories(await asReader(ctx, request), query), (memories) => ({
      memories,
      tenant_id: ctx.tenantId,
    })),
});
