import { and, eq } from "drizzle-orm";
import { tenantQuotas } from "#db/schema/tenants.ts";
import type { Tx } from "#db/transaction.ts";
import type { QuotaName } from "./schema.ts";

/**
 * Locks a quota's row ahead of the writes that move it, for verbs that would otherwise meet the
 * quotas in another order than their neighbours do, and with them in a deadlock. Answers how many
 * more rows there may be now; null: any number.
 */
export async function lockQuota(
  tx: Tx,
  tenantId: string,
  quota: QuotaName,
): Promise<number | null> {
  const [row] = await tx
    .select({ used: tenantQuotas.used, maximum: tenantQuotas.maximum })
    .from(tenantQuotas)
    .where(and(eq(tenantQuotas.tenantId, tenantId), eq(tenantQuotas.quota, quota)))
    .for("update");
  return row === undefined || row.maximum === null ? null : row.maximum - row.used;
}
