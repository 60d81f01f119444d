import { and, asc, eq, gt, sql } from "drizzle-orm";
import { tools } from "#db/schema/tools.ts";
import { upstreamTools } from "#db/schema/upstream-tools.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { decodeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { getUpstream } from "#lib/upstreams/service.ts";
import { changedParts, digestOf } from "./definition.ts";
import { ofUpstream, type UpstreamToolRow } from "./record.ts";
import type {
  UpstreamDefinition,
  UpstreamTool,
  UpstreamToolQuery,
  UpstreamToolState,
} from "./schema.ts";
import { suspicionsOf } from "./suspicion.ts";
import { toolNameOf } from "./tool-name.ts";

const longestPage = 1_000;

/** One whose tool was deleted here since waits like one that nobody has seen. */
export const shownState = sql<UpstreamToolState>`case
  when ${upstreamTools.toolId} is null and ${upstreamTools.state} <> 'ignored' then 'new'
  else ${upstreamTools.state} end`;

function matches(search: string) {
  return sql`(position(lower(${search}) in lower(${upstreamTools.remoteName})) > 0
    or position(lower(${search}) in
      lower(coalesce(${upstreamTools.offered}, ${upstreamTools.accepted})->>'description')) > 0)`;
}

function toUpstreamTool(
  { row, name, state }: { row: UpstreamToolRow; name: string | null; state: UpstreamToolState },
  prefix: string,
): UpstreamTool {
  const accepted = row.accepted as UpstreamDefinition | null;
  const offered = row.offered as UpstreamDefinition | null;
  const { remoteName, toolId } = row;
  const isHeld = state === "new" || state === "changed";
  return {
    remote_name: remoteName,
    state,
    tool_id: toolId,
    name: name ?? toolNameOf(prefix, remoteName),
    accepted: toolId === null ? null : accepted,
    offered,
    digest: offered && digestOf(offered),
    changes: accepted && offered && toolId !== null ? changedParts(accepted, offered) : [],
    suspicions: offered && isHeld ? suspicionsOf(remoteName, offered) : [],
    seen_at: row.seenAt.toISOString(),
  };
}

/**
 * What an upstream offers, beside what of it is served, in the order of the names there. Throws
 * `not_found` for an upstream that the tenant has not.
 */
export async function listUpstreamTools(
  ctx: Ctx,
  upstreamId: string,
  query: UpstreamToolQuery,
): Promise<Page<UpstreamTool>> {
  authorize(ctx, "upstreams:read");
  const { prefix } = await getUpstream(ctx, upstreamId);
  const size = Math.min(pageSize(query), longestPage);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select({ row: upstreamTools, name: tools.name, state: shownState })
      .from(upstreamTools)
      .leftJoin(
        tools,
        and(eq(tools.tenantId, upstreamTools.tenantId), eq(tools.toolId, upstreamTools.toolId)),
      )
      .where(
        and(
          ofUpstream(ctx, upstreamId),
          gt(upstreamTools.remoteName, after),
          query.state === undefined ? undefined : eq(shownState, query.state),
          query.search ? matches(query.search) : undefined,
        ),
      )
      .orderBy(asc(upstreamTools.remoteName))
      .limit(size + 1),
  );
  return toPage(
    rows,
    size,
    ({ row }) => [row.remoteName],
    (found) => toUpstreamTool(found, prefix),
  );
}
