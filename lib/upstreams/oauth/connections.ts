import { and, asc, eq, gt, isNotNull, or } from "drizzle-orm";
import { upstreamTokens } from "#db/schema/upstreams.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { toAccount } from "../row.ts";
import type { UpstreamConnection } from "../schema.ts";
import { getUpstream } from "../service.ts";

type Row = typeof upstreamTokens.$inferSelect;

function toConnection(row: Row): UpstreamConnection {
  const isTenants = row.subject === "tenant";
  return {
    ...toAccount(row),
    subject: isTenants ? "tenant" : "user",
    person_id: isTenants ? null : row.subject.slice("user:".length),
    connected_by: row.connectedBy,
  };
}

/**
 * The accounts that are connected to an upstream, or were and have to be connected again, by the
 * ids of their people. Throws `not_found`.
 */
export async function listUpstreamConnections(
  ctx: Ctx,
  upstreamId: string,
  query: PageQuery,
): Promise<Page<UpstreamConnection>> {
  authorize(ctx, "upstreams:read");
  authorize(ctx, "members:read");
  await getUpstream(ctx, upstreamId);
  const size = pageSize(query);
  const after = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : "";
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select()
      .from(upstreamTokens)
      .where(
        and(
          eq(upstreamTokens.tenantId, ctx.tenantId),
          eq(upstreamTokens.upstreamId, upstreamId),
          gt(upstreamTokens.subject, after),
          // Who has begun and not ended an authorization has no account yet.
          or(isNotNull(upstreamTokens.sealed), isNotNull(upstreamTokens.failure)),
        ),
      )
      .orderBy(asc(upstreamTokens.subject))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.subject], toConnection);
}
