import type { Resource } from "#lib/resources/schema.ts";

/** The page of a resource. */
export function resourceHref(of: Pick<Resource, "tenant_id" | "resource_id">): string {
  return `/admin/tenants/${of.tenant_id}/resources/${encodeURIComponent(of.resource_id)}`;
}
