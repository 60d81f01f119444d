import {
  deletedMemory,
  type Memory,
  memory,
  type RegisterMemoryInput,
} from "#lib/memory/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { isThere } from "./is-there.ts";

export function registerMemory(tenantId: string, body: RegisterMemoryInput): Promise<Memory> {
  return callApi({ method: "POST", path: "/memory/register", tenantId, body, response: memory });
}

export async function deleteMemory(tenantId: string, agentId: string): Promise<void> {
  const path = pathOf("memory", agentId);
  await callApi({ method: "DELETE", path, tenantId, response: deletedMemory });
}

/** True when the tenant has a memory of that agent already. */
export function memoryExists(tenantId: string, agentId: string): Promise<boolean> {
  return isThere(callApi({ path: pathOf("memory", agentId), tenantId, response: memory }));
}
