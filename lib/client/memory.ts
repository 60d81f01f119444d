import { type Certificate, certificate, type EraseInput } from "#lib/memory/erasure-schema.ts";
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
import {
  type MemoryGrantView,
  memoryGrants,
  memoryNamespace,
  type PutMemoryGrantsInput,
} from "#lib/memory/sharing/schema.ts";
import { callApi, pathOf } from "./api.ts";
import { ApiError } from "./api-error.ts";
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

export function eraseMemory(tenantId: string, body: EraseInput): Promise<Certificate> {
  const path = "/memory/items/erasures";
  return callApi({ method: "POST", path, tenantId, body, response: certificate });
}

/** How long a namespace is kept; null: as long as any. */
export async function putNamespace(
  tenantId: string,
  namespace: string,
  ttl_seconds: number | null,
): Promise<void> {
  const path = pathOf("memory", "items", "namespaces", namespace);
  const body = { ttl_seconds };
  await callApi({ method: "PUT", path, tenantId, body, response: memoryNamespace });
}

type Grant = PutMemoryGrantsInput["grants"][number];

/** Whose memory is granted to whom. */
export type GrantPlace = { tenantId: string; agentId: string; namespace: string };

async function grantsAt({ tenantId, agentId, namespace }: GrantPlace): Promise<Grant[]> {
  const path = pathOf("memory", agentId, "grants");
  try {
    const { grants } = await callApi({ path, tenantId, response: memoryGrants });
    return grants
      .filter((grant) => grant.namespace === namespace)
      .map(({ type, id, access }) => ({ type, id, access }));
  } catch (error) {
    // Of an agent of which there is nothing yet a namespace can be granted all the same.
    if (error instanceof ApiError && error.code === "not_found") return [];
    throw error;
  }
}

/** Grants a namespace to somebody besides those who have it; null takes the grant back. */
export async function changeMemoryGrant(
  place: GrantPlace,
  grantee: Pick<Grant, "type" | "id">,
  access: MemoryGrantView["access"] | null,
): Promise<void> {
  const { tenantId, agentId, namespace } = place;
  const others = (await grantsAt(place)).filter(
    ({ type, id }) => type !== grantee.type || id !== grantee.id,
  );
  const grants = access === null ? others : [...others, { ...grantee, access }];
  const path = pathOf("memory", agentId, "grants", namespace);
  await callApi({ method: "PUT", path, tenantId, body: { grants }, response: memoryGrants });
}
