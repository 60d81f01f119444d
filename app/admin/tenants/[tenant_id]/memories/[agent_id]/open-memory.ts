import { cache } from "react";
import { getMemory } from "#lib/memory/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type MemoryParams = Promise<{ tenant_id: string; agent_id: string }>;

/** The memory of an address; a 404 when there is none or it has expired. */
export const openMemory = cache(async (tenantId: string, id: string) => {
  const { ctx, tenant } = await openTenant(tenantId);
  return { tenant, memory: await orNotFound(getMemory(ctx, id)) };
});
