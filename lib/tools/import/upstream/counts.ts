import { and, count, eq, inArray, sql } from "drizzle-orm";
import { upstreamTools } from "#db/schema/upstream-tools.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { shownState } from "./list.ts";
import type { UpstreamToolCounts } from "./schema.ts";

const none: UpstreamToolCounts = { new: 0, accepted: 0, changed: 0, gone: 0, ignored: 0 };

/** How many tools of each of these upstreams are in each state; those without any are left out. */
export async function countToolsOf(
  ctx: Ctx,
  upstreamIds: readonly string[],
): Promise<ReadonlyMap<string, UpstreamToolCounts>> {
  authorize(ctx, "upstreams:read");
  if (upstreamIds.length === 0) return new Map();
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({ upstreamId: upstreamTools.upstreamId, state: shownState, tools: count() })
      .from(upstreamTools)
      .where(
        and(
          eq(upstreamTools.tenantId, ctx.tenantId),
          inArray(upstreamTools.upstreamId, [...upstreamIds]),
        ),
      )
      .groupBy(upstreamTools.upstreamId, sql`2`),
  );
  const counts = new Map<string, UpstreamToolCounts>();
  for (const { upstreamId, state, tools } of rows) {
    counts.set(upstreamId, { ...(counts.get(upstreamId) ?? none), [state]: tools });
  }
  return counts;
}

/** The same of one upstream; throws `not_found` where the tenant has none of that id. */
export async function countUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
): Promise<UpstreamToolCounts> {
  await getUpstream(ctx, upstreamId);
  return (await countToolsOf(ctx, [upstreamId])).get(upstreamId) ?? none;
}
