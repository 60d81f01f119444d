import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { countMemories } from "#lib/memory/count.ts";
import { resourceTypes } from "#lib/resources/service.ts";
import type { QuotaName } from "#lib/tenants/schema.ts";
import { getQuotas } from "#lib/tenants/service.ts";
import { toolTypes } from "#lib/tools/types.ts";
import { totalUsage } from "#lib/usage/service.ts";
import type { TenantStats } from "./schema.ts";

/**
 * What the caller's tenant has, has used in all and has left. Costs are in micro-units. Needs
 * `tenants:read` and `usage:read`.
 */
export async function getStats(ctx: Ctx): Promise<TenantStats> {
  authorize(ctx, "tenants:read");
  authorize(ctx, "usage:read");
  const [quotas, memories, resource_types, tool_types, usage] = await Promise.all([
    getQuotas(ctx),
    countMemories(ctx),
    resourceTypes(ctx),
    toolTypes(ctx),
    totalUsage(ctx),
  ]);
  const limitOf = (name: QuotaName, used = quotas[name].used) => {
    const value = quotas[name].maximum;
    return { value, used, left: value === null ? null : Math.max(value - used, 0) };
  };
  return {
    tenant_id: ctx.tenantId,
    memories_count: memories,
    tools_count: quotas.max_tools.used,
    dynamic_tools_count: quotas.max_dynamic_tools.used,
    resources_count: quotas.max_resources.used,
    resource_types,
    tool_types,
    ...usage,
    limits: {
      // Expired entries make room as soon as a new one needs it.
      max_memory_entries: limitOf("max_memory_entries", memories),
      max_tools: limitOf("max_tools"),
      max_dynamic_tools: limitOf("max_dynamic_tools"),
      max_resources: limitOf("max_resources"),
      max_prompts: limitOf("max_prompts"),
      storage_bytes: limitOf("storage_bytes"),
      max_running_tasks: limitOf("max_running_tasks"),
    },
  };
}
