import { cache } from "react";
import { getTool } from "#lib/tools/service.ts";
import { openTenant, orNotFound } from "../../open-tenant.ts";

export type ToolParams = Promise<{ tenant_id: string; tool_id: string }>;

/** The tool of an address; a 404 when the tenant has none of that id. */
export const openTool = cache(async (tenantId: string, id: string) => {
  const { ctx, tenant } = await openTenant(tenantId);
  return { ctx, tenant, tool: await orNotFound(getTool(ctx, id)) };
});
