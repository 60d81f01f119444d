import { notFound } from "next/navigation";
import { cache } from "react";
import { closedResources } from "#lib/resources/access/access.ts";
import type { Resource } from "#lib/resources/schema.ts";
import { getResource } from "#lib/resources/service.ts";
import { idOf, openTenant, orNotFound } from "../../open-tenant.ts";

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

/** The same for a page of some drivers' resources: a 404 for any other. */
export async function openDriven(params: ResourceParams, drivers: readonly Resource["driver"][]) {
  const { tenant_id, resource_id } = await params;
  const opened = await openResource(tenant_id, idOf(resource_id));
  if (!drivers.includes(opened.resource.driver)) notFound();
  return opened;
}
