import { route } from "#lib/http/route.ts";
import { listMemoryGrants } from "#lib/memory/sharing/grants.ts";
import { memoryGrants } from "#lib/memory/sharing/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "List whom an agent's memory is granted to",
  response: memoryGrants,
  run: async (ctx, { params }) => ({ grants: await listMemoryGrants(ctx, params.agent_id ?? "") }),
});
