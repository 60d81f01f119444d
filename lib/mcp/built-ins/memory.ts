import { z } from "zod";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { jsonObject } from "#lib/core/json.ts";
import { searchText } from "#lib/core/page.ts";
import { agentId } from "#lib/memory/schema.ts";
import { deleteMemory, getMemory, listMemories, registerMemory } from "#lib/memory/service.ts";
import { builtIn } from "./built-in.ts";

const agent = {
  agent_id: agentId.optional().describe("Whose memory. Default: the agent of the credential."),
};

function agentOf({ principal }: Ctx, given: string | undefined): string {
  const own = principal.type === "key" ? principal.agentId : null;
  const id = given ?? own;
  if (id !== null) return id;
  const message = "is required: the credential names no agent";
  throw new AppError("invalid_request", message, { errors: [{ pointer: "/agent_id", message }] });
}

export const memoryTools = [
  builtIn({
    name: "memory_get",
    title: "Read memory",
    description: "Reads the context document that an agent keeps between conversations.",
    permission: "memory:read",
    annotations: { readOnlyHint: true },
    input: z.object(agent),
    run: (ctx, { agent_id }) => getMemory(ctx, agentOf(ctx, agent_id)),
  }),
  builtIn({
    name: "memory_list",
    title: "List memories",
    description: "Lists the agents of the tenant that keep a context document, with it.",
    permission: "memory:read",
    annotations: { readOnlyHint: true },
    input: z.object({
      search: searchText.describe("A part of an agent's id."),
      limit: z.number().int().min(1).max(100).default(20),
      cursor: z.string().max(2000).optional().describe("`next_cursor` of the page before."),
    }),
    async run(ctx, query) {
      const { items, next } = await listMemories(ctx, query);
      return { memories: items, ...(next === null ? {} : { next_cursor: next }) };
    },
  }),
  builtIn({
    name: "memory_set",
    title: "Write memory",
    description:
      "Replaces the context document that an agent keeps between conversations. Read it first to keep what is in it.",
    permission: "memory:write",
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
    input: z.object({ ...agent, context: jsonObject.describe("The whole document.") }),
    run: (ctx, { agent_id, context }) =>
      registerMemory(ctx, { agent_id: agentOf(ctx, agent_id), context }),
  }),
  builtIn({
    name: "memory_delete",
    title: "Delete memory",
    description: "Removes an agent's context document.",
    permission: "memory:write",
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true },
    input: z.object(agent),
    async run(ctx, { agent_id }) {
      const id = agentOf(ctx, agent_id);
      await deleteMemory(ctx, id);
      return { status: "deleted", agent_id: id };
    },
  }),
];
