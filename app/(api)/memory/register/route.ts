import { route } from "#lib/http/route.ts";
import { memory, registerMemoryInput } from "#lib/memory/schema.ts";
import { registerMemory } from "#lib/memory/service.ts";

export const POST = route({
  scope: "tenant",
  permission: "memory:write",
  summary: "Write an agent's context, replacing what is there",
  body: registerMemoryInput,
  response: memory,
  run: (ctx, { body }) => registerMemory(ctx, body),
});
