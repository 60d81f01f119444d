import type { Memory } from "#lib/memory/schema.ts";

/** The page of an agent's memory. */
export function memoryHref(of: Pick<Memory, "tenant_id" | "agent_id">): string {
  return `/admin/tenants/${of.tenant_id}/memories/${encodeURIComponent(of.agent_id)}`;
}
