import { and, eq, inArray, sql } from "drizzle-orm";
import { upstreamTools } from "#db/schema/upstream-tools.ts";
import type { Tx } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { changedParts, type OfferedTool } from "./definition.ts";
import type { SyncedUpstream, UpstreamDefinition, UpstreamToolState } from "./schema.ts";

export type UpstreamToolRow = typeof upstreamTools.$inferSelect;

const rowsAtOnce = 200;

/** The rows of one upstream. */
export function ofUpstream(ctx: Ctx, upstreamId: string) {
  return and(eq(upstreamTools.tenantId, ctx.tenantId), eq(upstreamTools.upstreamId, upstreamId));
}

/** What has to be seen of what is offered now; nothing of it changes what is served. */
function stateFor(before: UpstreamToolRow | undefined, offered: UpstreamDefinition) {
  if (!before || before.accepted === null || before.toolId === null) {
    return before?.state === "ignored" ? "ignored" : "new";
  }
  const accepted = before.accepted as UpstreamDefinition;
  return changedParts(accepted, offered).length === 0 ? "accepted" : "changed";
}

interface Seen {
  before: UpstreamToolRow | undefined;
  tool: OfferedTool;
  state: UpstreamToolState;
}

async function write(tx: Tx, ctx: Ctx, upstreamId: string, seen: readonly Seen[]): Promise<void> {
  const { tenantId } = ctx;
  for (let at = 0; at < seen.length; at += rowsAtOnce) {
    const rows = seen.slice(at, at + rowsAtOnce).map(({ before, tool, state }) => ({
      ...{ tenantId, upstreamId, remoteName: tool.remoteName, state },
      ...{ offered: tool.definition, accepted: before?.accepted ?? null },
      ...{ toolId: before?.toolId ?? null, seenAt: sql`now()` },
    }));
    await tx
      .insert(upstreamTools)
      .values(rows)
      .onConflictDoUpdate({
        target: [upstreamTools.tenantId, upstreamTools.upstreamId, upstreamTools.remoteName],
        set: {
          state: sql`excluded.state`,
          offered: sql`excluded.offered`,
          seenAt: sql`now()`,
          updatedAt: sql`now()`,
        },
      });
  }
}

/** What a look at the list found, before any of it is accepted. */
export type Drift = Omit<SyncedUpstream, "accepted">;

/**
 * Notes an upstream's list beside what was accepted of it, in the caller's transaction: what is new,
 * re-described, re-schemaed or gone waits for a person, and the tools that are served stay as they
 * are. Of a list that is not `isWhole`, since it shows what one person may use, nothing is gone.
 * Answers what has changed since the last look; the change is audited.
 */
export async function recordOffered(
  tx: Tx,
  ctx: Ctx,
  upstreamId: string,
  offered: readonly OfferedTool[],
  isWhole = true,
): Promise<Drift> {
  const rows = await tx
    .select()
    .from(upstreamTools)
    .where(ofUpstream(ctx, upstreamId))
    .orderBy(upstreamTools.remoteName)
    .for("update");
  const known = new Map(rows.map((row) => [row.remoteName, row]));
  const byName = new Map(offered.map((tool) => [tool.remoteName, tool]));
  const seen = [...byName.values()].map((tool): Seen => {
    const before = known.get(tool.remoteName);
    return { before, tool, state: stateFor(before, tool.definition) };
  });
  const missing = isWhole ? rows.filter(({ remoteName }) => !byName.has(remoteName)) : [];
  const isServed = (row: UpstreamToolRow) => row.accepted !== null && row.toolId !== null;
  const gone = missing.filter((row) => isServed(row) && row.state !== "gone");
  const forgotten = missing.filter((row) => !isServed(row) && row.state !== "ignored");
  await write(tx, ctx, upstreamId, seen);
  await markGone(tx, ctx, upstreamId, gone);
  await forget(tx, ctx, upstreamId, forgotten);
  const named = (state: UpstreamToolState) =>
    seen.filter((one) => one.state === state && isNews(one)).map(({ tool }) => tool.remoteName);
  const found = {
    ...{ new: named("new"), changed: named("changed"), back: named("accepted") },
    ...{ gone: gone.map(({ remoteName }) => remoteName), total: byName.size },
  };
  const news = [found.new, found.changed, found.back, found.gone].flat();
  if (news.length > 0) {
    await audit(tx, ctx, {
      action: "upstream.drift",
      target: { type: "upstream", id: upstreamId },
      after: found,
    });
  }
  return found;
}

/** A change that waits already is news again only when it has changed again. */
function isNews({ before, tool, state }: Seen): boolean {
  if (before?.state !== state) return true;
  if (state !== "changed" || before.offered === null) return false;
  return changedParts(before.offered as UpstreamDefinition, tool.definition).length > 0;
}

async function markGone(
  tx: Tx,
  ctx: Ctx,
  upstreamId: string,
  gone: readonly UpstreamToolRow[],
): Promise<void> {
  if (gone.length === 0) return;
  const names = gone.map(({ remoteName }) => remoteName);
  await tx
    .update(upstreamTools)
    .set({ state: "gone", offered: null, updatedAt: sql`now()` })
    .where(and(ofUpstream(ctx, upstreamId), inArray(upstreamTools.remoteName, names)));
}

/** What was never accepted, or whose tool was deleted, leaves no trace. */
async function forget(
  tx: Tx,
  ctx: Ctx,
  upstreamId: string,
  forgotten: readonly UpstreamToolRow[],
): Promise<void> {
  if (forgotten.length === 0) return;
  const names = forgotten.map(({ remoteName }) => remoteName);
  await tx
    .delete(upstreamTools)
    .where(and(ofUpstream(ctx, upstreamId), inArray(upstreamTools.remoteName, names)));
}

/** Ids of the tenant's tools whose upstream does not offer them any more. */
export async function goneToolIds(tx: Tx, tenantId: string): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ toolId: upstreamTools.toolId })
    .from(upstreamTools)
    .where(and(eq(upstreamTools.tenantId, tenantId), eq(upstreamTools.state, "gone")));
  return new Set(rows.flatMap(({ toolId }) => (toolId === null ? [] : [toolId])));
}
