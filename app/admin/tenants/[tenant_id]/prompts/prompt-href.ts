import type { Prompt } from "#lib/prompts/schema.ts";

/** The page of a prompt. */
export function promptHref(of: Pick<Prompt, "tenant_id" | "name">): string {
  return `/admin/tenants/${of.tenant_id}/prompts/${encodeURIComponent(of.name)}`;
}
