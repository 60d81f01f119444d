import { inArray } from "drizzle-orm";
import { tenantQuotas } from "#db/schema/tenants.ts";
import { withPlatform } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { PlatformCtx } from "#lib/core/ctx.ts";
import { type QuotaName, quotaNames, type Tenant } from "#lib/tenants/schema.ts";
import type { QuotaUse } from "#lib/tenants/service.ts";
import { callsByTenant, type TenantCalls } from "#lib/usage/by-tenant.ts";

/** A tenant in the operator's list: what it uses of its quotas and did in the last 24 hours. */
export interface TenantOverview extends TenantCalls {
  tenant: Tenant;
  quotas: QuotaUse;
}

const hourMs = 3_600_000;

/** What the operator's list shows of some tenants, in two queries however many they are. */
export async function overviewTenants(
  ctx: PlatformCtx,
  tenants: Tenant[],
): Promise<TenantOverview[]> {
  authorize(ctx, "platform:read");
  const ids = tenants.map((tenant) => tenant.tenant_id);
  const since = new Date((Math.floor(Date.now() / hourMs) - 24) * hourMs);
  const [calls, quotas] = await Promise.all([
    callsByTenant(ctx, ids, since),
    ids.length === 0
      ? []
      : withPlatform((tx) =>
          tx.select().from(tenantQuotas).where(inArray(tenantQuotas.tenantId, ids)),
        ),
  ]);
  const none = { used: 0, maximum: null };
  const empty = Object.fromEntries(quotaNames.map((name) => [name, none])) as QuotaUse;
  const used = new Map<string, QuotaUse>();
  for (const { tenantId, quota, used: count, maximum } of quotas) {
    const known = used.get(tenantId) ?? { ...empty };
    known[quota as QuotaName] = { used: count, maximum };
    used.set(tenantId, known);
  }
  return tenants.map((tenant) => ({
    tenant,
    quotas: used.get(tenant.tenant_id) ?? empty,
    ...(calls.get(tenant.tenant_id) ?? { calls: 0, errors: 0 }),
  }));
}
