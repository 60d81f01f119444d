import {
  type DeletedItem,
  deletedItem,
  erasedItem,
  type MemoryItem,
  memoryItem,
} from "#lib/memory/items/schema.ts";
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

/** Where an item is: its tenant, and its place there. */
export interface ItemPlace {
  tenantId: string;
  agentId: string;
  namespace: string;
  key: string;
}

function itemPath({ agentId, namespace, key }: ItemPlace): string {
  return pathOf("memory", agentId, "items", namespace, key);
}

export function deleteItem(place: ItemPlace): Promise<DeletedItem> {
  const path = itemPath(place);
  return callApi({ method: "DELETE", path, tenantId: place.tenantId, response: deletedItem });
}

export function undeleteItem(place: ItemPlace): Promise<MemoryItem> {
  const path = `${itemPath(place)}/undelete`;
  return callApi({ method: "POST", path, tenantId: place.tenantId, response: memoryItem });
}

export async function eraseItem(place: ItemPlace): Promise<void> {
  const path = `${itemPath(place)}/erase`;
  await callApi({ method: "POST", path, tenantId: place.tenantId, response: erasedItem });
}

export function restoreItem(
  place: ItemPlace,
  version: number,
  base_version: number,
): Promise<MemoryItem> {
  const path = `${itemPath(place)}/restore`;
  const body = { version, base_version };
  return callApi({ method: "POST", path, tenantId: place.tenantId, body, response: memoryItem });
}
