import type { Ctx } from "#lib/core/ctx.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";

/** Entries last written before this time have expired; null where none ever does. */
export async function expiryOf(ctx: Ctx): Promise<Date | null> {
  const days = (await findSnapshot(ctx.tenantId))?.memoryRetentionDays ?? null;
  return days === null ? null : new Date(Date.now() - days * 86_400_000);
}
