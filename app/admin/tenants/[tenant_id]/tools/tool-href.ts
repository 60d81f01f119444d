import type { Tool } from "#lib/tools/schema.ts";

/** The page of a tool. */
export function toolHref(tool: Pick<Tool, "tenant_id" | "tool_id">): string {
  return `/admin/tenants/${tool.tenant_id}/tools/${encodeURIComponent(tool.tool_id)}`;
}
