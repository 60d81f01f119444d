import { z } from "zod";
import { quotaNames } from "#lib/tenants/schema.ts";

const count = z.number().int();

const limit = z.object({
  value: count.nullable().meta({ description: "What the tenant may have; null: no limit." }),
  used: count,
  left: count.nullable(),
});

export const tenantStats = z
  .object({
    tenant_id: z.string(),
    memories_count: count,
    tools_count: count.meta({ description: "All tools, dynamic ones included." }),
    dynamic_tools_count: count,
    resources_count: count,
    resource_types: z.array(z.string()),
    tool_types: z.array(z.string()),
    calls: count,
    errors: count,
    tokens_in: count,
    tokens_out: count,
    cost_micros: count.nullable().meta({ description: "Of the calls whose cost is known." }),
    calls_unpriced: count.meta({ description: "Calls whose cost is unknown." }),
    limits: z.record(z.enum(quotaNames), limit),
  })
  .meta({ id: "TenantStats" });

export type TenantStats = z.output<typeof tenantStats>;
