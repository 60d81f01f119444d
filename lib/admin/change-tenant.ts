import { eq } from "drizzle-orm";
import { tenants } from "#db/schema/tenants.ts";
import { type Tx, withPlatform } from "#db/transaction.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import { tenantSlug } from "#lib/tenants/schema.ts";
import { tenantTopic } from "#lib/tenants/snapshot.ts";

/**
 * A tenant's row, held until the transaction ends; undefined where there is none. Rows that refer to
 * it may be added meanwhile: whoever adds one may hold a quota that the change has to wait for.
 */
export async function lockTenant(
  tx: Tx,
  tenantId: string,
): Promise<typeof tenants.$inferSelect | undefined> {
  // PostgreSQL refuses some texts that are no slugs.
  if (!tenantSlug.safeParse(tenantId).success) return undefined;
  const [row] = await tx
    .select()
    .from(tenants)
    .where(eq(tenants.tenantId, tenantId))
    .for("no key update");
  return row;
}

/** Commits `write` on one tenant and makes every process read the tenant anew. */
export async function changeTenant<T>(tenantId: string, write: (tx: Tx) => Promise<T>): Promise<T> {
  const notice = { topic: tenantTopic, key: tenantId };
  const result = await withPlatform(async (tx) => {
    const written = await write(tx);
    await announce(tx, notice);
    return written;
  });
  announceHere(notice);
  return result;
}
