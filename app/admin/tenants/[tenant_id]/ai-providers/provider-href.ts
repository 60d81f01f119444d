import type { AiProvider } from "#lib/providers/entry-schema.ts";

/** The address below which the pages of a provider stand. */
export function providerHref(of: Pick<AiProvider, "tenant_id" | "name">): string {
  return `/admin/tenants/${of.tenant_id}/ai-providers/${encodeURIComponent(of.name)}`;
}
