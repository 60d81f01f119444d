import { eq } from "drizzle-orm";
import { usageEvents, usageHourly } from "#db/schema/usage.ts";
import type { Tx } from "#db/transaction.ts";

/** Removes a tenant's ledger, in the platform transaction that deletes the tenant. */
export async function forgetUsage(tx: Tx, tenantId: string): Promise<void> {
  await tx.delete(usageEvents).where(eq(usageEvents.tenantId, tenantId));
  await tx.delete(usageHourly).where(eq(usageHourly.tenantId, tenantId));
}
