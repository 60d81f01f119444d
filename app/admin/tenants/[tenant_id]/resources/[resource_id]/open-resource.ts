import { cache } from "react";
import { closedResources } from "#lib/resources/access/access.ts";
import { getResource } from "#lib/resources/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type ResourceParams = Promise<{ tenant_id: string; resource_id: string }>;

/** The resource of an address, and whether it is granted only; a 404 when there is none of that id. */
export const openResource = cache(async (tenantId: string, id: string) => {
  const { ctx } = await openTenant(tenantId);
  const [resource, isClosed] = await Promise.all([
    orNotFound(getResource(ctx, id)),
    closedResources(ctx),
  ]);
  return { ctx, resource, closed: isClosed(resource.resource_id) };
});
