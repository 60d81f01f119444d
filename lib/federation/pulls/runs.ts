import { and, desc, eq, lt } from "drizzle-orm";
import { federationRuns } from "#db/schema/federation.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import { decodeCursor, type Page, type PageQuery, pageSize, toPage } from "#lib/core/page.ts";
import { readPeer } from "./peer-row.ts";
import { type PeerRun, type RunReport, runsKept } from "./schema.ts";

/** A run as it stands on the wire. */
export function toRun(row: typeof federationRuns.$inferSelect): PeerRun {
  return {
    run_id: row.runId,
    peer_id: row.peerId,
    trigger: row.trigger,
    status: row.status,
    report: row.report as RunReport,
    error_code: row.errorCode,
    error: row.error,
    started_at: row.startedAt.toISOString(),
    finished_at: row.finishedAt?.toISOString() ?? null,
    started_by: { type: row.principalType, id: row.principalId },
  };
}

function ofPeer(ctx: Ctx, peerId: string) {
  return and(eq(federationRuns.tenantId, ctx.tenantId), eq(federationRuns.peerId, peerId));
}

/** A peer's pulls, newest first: the last 100. Throws `not_found`. */
export async function listRuns(ctx: Ctx, peerId: string, query: PageQuery): Promise<Page<PeerRun>> {
  authorize(ctx, "federation:read");
  const size = Math.min(pageSize(query), runsKept);
  const before = query.cursor ? (decodeCursor(query.cursor, 1)[0] ?? "") : null;
  const rows = await withTenant(ctx.tenantId, async (tx) => {
    await readPeer(tx, ctx, peerId);
    return tx
      .select()
      .from(federationRuns)
      .where(
        and(ofPeer(ctx, peerId), before === null ? undefined : lt(federationRuns.runId, before)),
      )
      .orderBy(desc(federationRuns.runId))
      .limit(size + 1);
  });
  return toPage(rows, size, (row) => [row.runId], toRun);
}

/** One pull of a peer; throws `not_found`. */
export async function getRun(ctx: Ctx, peerId: string, runId: string): Promise<PeerRun> {
  authorize(ctx, "federation:read");
  const [row] = await withTenant(ctx.tenantId, async (tx) => {
    await readPeer(tx, ctx, peerId);
    return tx
      .select()
      .from(federationRuns)
      .where(and(ofPeer(ctx, peerId), eq(federationRuns.runId, runId)));
  });
  if (!row) throw notFound("pull", runId);
  return toRun(row);
}
