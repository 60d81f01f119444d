import { z } from "zod";
import { clientId } from "#lib/core/id-schema.ts";
import { jsonObject } from "#lib/core/json.ts";
import { pageQuery, searchText } from "#lib/core/page.ts";

export const agentId = clientId("all", "items", "register", "search").meta({
  examples: ["agent_ventas"],
});

export const registerMemoryInput = z.object({
  agent_id: agentId,
  context: jsonObject.default({}),
});

export type RegisterMemoryInput = z.input<typeof registerMemoryInput>;

export const memory = z
  .object({
    agent_id: z.string(),
    context: jsonObject,
    tenant_id: z.string(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: "Memory" });

export type Memory = z.output<typeof memory>;

export const memoryQuery = pageQuery.extend({ search: searchText });

export type MemoryQuery = z.output<typeof memoryQuery>;

export const memoryList = z.object({ memories: z.array(memory), tenant_id: z.string() });

export const deletedMemory = z.object({ status: z.literal("deleted"), agent_id: z.string() });
