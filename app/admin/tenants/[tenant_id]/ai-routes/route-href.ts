import type { AiRoute } from "#lib/gateway/schema.ts";

/** The address of a route's form. */
export function routeHref({ tenant_id, alias }: Pick<AiRoute, "tenant_id" | "alias">): string {
  return `/admin/tenants/${tenant_id}/ai-routes/${encodeURIComponent(alias)}/edit`;
}
