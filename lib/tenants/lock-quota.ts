import { and, eq } from "drizzle-orm";
import { tenantQuotas } from "#db/schema/tenants.ts";
import type { Tx } from "#db/transaction.ts";
import type { QuotaName } from "./schema.ts";

/**
 * Locks a quota's row ahead of the writes that move it, for verbs that would otherwise meet the
 * quotas in another order than their neighbours do, and with them in a deadlock.
 */
export async function lockQuota(tx: Tx, tenantId: string, quota: QuotaName): Promise<void> {
  await tx
    .select({ quota: tenantQuotas.quota })
    .from(tenantQuotas)
    .where(and(eq(tenantQuotas.tenantId, tenantId), eq(tenantQuotas.quota, quota)))
    .for("update");
}
