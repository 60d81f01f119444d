import { type Tx, withTenant } from "#db/transaction.ts";
import { announce, announceHere } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";

/** The tenant's list of resources may differ; the key is the tenant's id. */
export const resourcesTopic = "resources";

/** What a resource reads as may differ; the key is the tenant's id, a space and its URI. */
export const resourceUpdatedTopic = "resource-updated";

/**
 * Commits `write` on the tenant's resources and tells every process, and whoever listens to the
 * URIs that `write` adds to `touched`.
 */
export async function change<T>(
  ctx: Ctx,
  write: (tx: Tx, touched: Set<string>) => Promise<T>,
): Promise<T> {
  const touched = new Set<string>();
  const notices = () => [
    { topic: resourcesTopic, key: ctx.tenantId },
    ...[...touched].map((uri) => ({ topic: resourceUpdatedTopic, key: `${ctx.tenantId} ${uri}` })),
  ];
  const result = await withTenant(ctx.tenantId, async (tx) => {
    const written = await write(tx, touched);
    for (const notice of notices()) await announce(tx, notice);
    return written;
  });
  for (const notice of notices()) announceHere(notice);
  return result;
}
