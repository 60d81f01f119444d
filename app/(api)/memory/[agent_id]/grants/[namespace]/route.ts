import { route } from "#lib/http/route.ts";
import { putMemoryGrants } from "#lib/memory/sharing/grants.ts";
import { memoryGrants, putMemoryGrantsInput } from "#lib/memory/sharing/schema.ts";

export const PUT = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Grant a namespace of an agent's memory to these and to nobody else",
  body: putMemoryGrantsInput,
  response: memoryGrants,
  run: async (ctx, { body, params }) => ({
    grants: await putMemoryGrants(ctx, params.agent_id ?? "", params.namespace ?? "", body),
  }),
});
