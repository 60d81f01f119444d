import {
  deletedMemory,
  type Memory,
  memory,
  type RegisterMemoryInput,
} from "#lib/memory/schema.ts";
import { callApi, pathOf } from "./api.ts";

export function registerMemory(tenantId: string, body: RegisterMemoryInput): Promise<Memory> {
  return callApi({ method: "POST", path: "/memory/register", tenantId, body, response: memory });
}

export async function deleteMemory(tenantId: string, agentId: string): Promise<void> {
  const path = pathOf("memory", agentId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedMemory });
}
