import type { Tx } from "#db/transaction.ts";
import { type Change, commitChanges } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";

/** The tenant's list of resources may differ; the key is the tenant's id. */
export const resourcesTopic = "resources";

/** What a resource reads as may differ; the key is the tenant's id, a space and its URI. */
export const resourceUpdatedTopic = "resource-updated";

/**
 * What lies within a resource may read as something else; the key is the tenant's id, `above` (what is
 * at the URI and the folders around it) or `below` (all that begins with it), and the URI.
 */
export const resourceWithinTopic = "resource-within";

export type Reach = "above" | "below";

export function withinNotice({ tenantId }: Ctx, reach: Reach, uri: string): Change {
  return { topic: resourceWithinTopic, key: `${tenantId} ${reach} ${uri}` };
}

/** What tells every process of a change, and whoever listens to one of the URIs. */
export function resourceNotices(ctx: Ctx, touched: ReadonlySet<string>): Change[] {
  const { tenantId } = ctx;
  const updated = [...touched].map((uri) => ({
    topic: resourceUpdatedTopic,
    key: `${tenantId} ${uri}`,
  }));
  return [{ topic: resourcesTopic, key: tenantId }, ...updated];
}

/**
 * Commits `write` on the tenant's resources and tells every process, and whoever listens to the
 * URIs that `write` adds to `touched`.
 */
export function change<T>(
  ctx: Ctx,
  write: (tx: Tx, touched: Set<string>) => Promise<T>,
): Promise<T> {
  return commitChanges(ctx, async (tx, tell) => {
    const touched = new Set<string>();
    const written = await write(tx, touched);
    tell(...resourceNotices(ctx, touched));
    return written;
  });
}
