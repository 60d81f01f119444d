import { route } from "#lib/http/route.ts";
import { deletedMemory, memory } from "#lib/memory/schema.ts";
import { deleteMemory, getMemory } from "#lib/memory/service.ts";

export const GET = route({
  scope: "tenant",
  permission: "memory:read",
  summary: "Read an agent's context",
  response: memory,
  run: (ctx, { params }) => getMemory(ctx, params.agent_id ?? ""),
});

export const DELETE = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Delete an agent's context",
  response: deletedMemory,
  run: async (ctx, { params }) => {
    await deleteMemory(ctx, params.agent_id ?? "");
    return { status: "deleted", agent_id: params.agent_id };
  },
});
