import { route } from "#lib/http/route.ts";
import { listAllMemoryGrants } from "#lib/memory/sharing/grants.ts";
import { memoryGrants } from "#lib/memory/sharing/schema.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "List whom the memory of any agent is granted to",
  response: memoryGrants,
  run: async (ctx) => ({ grants: await listAllMemoryGrants(ctx) }),
});
