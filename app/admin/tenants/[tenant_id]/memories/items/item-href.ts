import type { MemoryItem } from "#lib/memory/items/schema.ts";

/** The list of a tenant's memories by key. */
export function itemsHref(tenantId: string): string {
  return `/admin/tenants/${tenantId}/memories/items`;
}

/** The page of one of them. */
export function itemHref(
  tenantId: string,
  of: Pick<MemoryItem, "agent_id" | "namespace" | "key">,
): string {
  const place = [of.agent_id, of.namespace, of.key].map(encodeURIComponent);
  return `${itemsHref(tenantId)}/${place.join("/")}`;
}
