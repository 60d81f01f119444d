import type { Ctx } from "#lib/core/ctx.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { memoryRulesOf } from "./rules.ts";

/** Entries last written before this time have expired; null where none ever does. */
export async function expiryOf(ctx: Ctx): Promise<Date | null> {
  const days = (await findSnapshot(ctx.tenantId))?.memoryRetentionDays ?? null;
  return days === null ? null : new Date(Date.now() - days * 86_400_000);
}

/** The same for the items of a namespace, which may have a shorter life of its own. */
export type Expiries = (namespace: string) => Date | null;

/** Read before a transaction, which then waits for no other connection. */
export async function expiriesOf(ctx: Ctx): Promise<Expiries> {
  const [ofTenant, { ttlSeconds }] = await Promise.all([
    expiryOf(ctx),
    memoryRulesOf(ctx.tenantId),
  ]);
  return (namespace) => {
    const seconds = ttlSeconds.get(namespace);
    if (seconds === undefined) return ofTenant;
    const ofNamespace = new Date(Date.now() - seconds * 1000);
    return ofTenant !== null && ofTenant > ofNamespace ? ofTenant : ofNamespace;
  };
}
