import { and, gte, inArray, ne, sql } from "drizzle-orm";
import { usageHourly } from "#db/schema/usage.ts";
import { withPlatform } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";

export interface TenantCalls {
  calls: number;
  errors: number;
}

/** Calls and errors of tenants in the hours from `from` on; a tenant without any is left out. */
export async function callsByTenant(
  ctx: PlatformCtx,
  tenantIds: string[],
  from: Date,
): Promise<Map<string, TenantCalls>> {
  authorize(ctx, "platform:read");
  if (tenantIds.length === 0) return new Map();
  const rows = await withPlatform((tx) =>
    tx
      .select({
        tenantId: usageHourly.tenantId,
        calls: sql<number>`sum(${usageHourly.calls})::float8`,
        errors: sql<number>`coalesce(sum(${usageHourly.calls})
          filter (where ${usageHourly.status} = 'error'), 0)::float8`,
      })
      .from(usageHourly)
      .where(
        and(
          inArray(usageHourly.tenantId, tenantIds),
          gte(usageHourly.hour, from),
          ne(usageHourly.kind, "provided"),
        ),
      )
      .groupBy(usageHourly.tenantId),
  );
  return new Map(rows.map(({ tenantId, calls, errors }) => [tenantId, { calls, errors }]));
}
