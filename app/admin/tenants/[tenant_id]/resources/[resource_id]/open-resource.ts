import { cache } from "react";
import { getResource } from "#lib/resources/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type ResourceParams = Promise<{ tenant_id: string; resource_id: string }>;

/** The resource of an address; a 404 when the tenant has none of that id. */
export const openResource = cache(async (tenantId: string, id: string) => {
  const { ctx } = await openTenant(tenantId);
  return orNotFound(getResource(ctx, id));
});
