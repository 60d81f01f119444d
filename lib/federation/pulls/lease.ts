import { and, desc, eq, lt, sql } from "drizzle-orm";
import { federationPeers, federationRuns } from "#db/schema/federation.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { onePeer, type PeerRow, type Progress, readPeer } from "./peer-row.ts";
import { type PullKind, runsKept, type runTriggers } from "./schema.ts";

/** A pull whose process says nothing for so long is taken to have ended with it. */
const leaseSeconds = 30;

export type Trigger = (typeof runTriggers)[number];

function until() {
  return sql`now() + make_interval(secs => ${leaseSeconds})`;
}

export function oneRun(ctx: Ctx, peerId: string, runId: string) {
  return and(
    eq(federationRuns.tenantId, ctx.tenantId),
    eq(federationRuns.peerId, peerId),
    eq(federationRuns.runId, runId),
  );
}

async function endLostRuns(tx: Tx, ctx: Ctx, peerId: string): Promise<void> {
  await tx
    .update(federationRuns)
    .set({
      status: "failed",
      errorCode: "unavailable",
      error: "The process that pulled has ended. The next pull goes on with what it left.",
      finishedAt: sql`now()`,
    })
    .where(
      and(
        eq(federationRuns.tenantId, ctx.tenantId),
        eq(federationRuns.peerId, peerId),
        eq(federationRuns.status, "running"),
      ),
    );
}

async function forgetOldRuns(tx: Tx, ctx: Ctx, peerId: string): Promise<void> {
  const ofPeer = and(eq(federationRuns.tenantId, ctx.tenantId), eq(federationRuns.peerId, peerId));
  const [oldest] = await tx
    .select({ runId: federationRuns.runId })
    .from(federationRuns)
    .where(ofPeer)
    .orderBy(desc(federationRuns.runId))
    .offset(runsKept - 1)
    .limit(1);
  if (oldest)
    await tx.delete(federationRuns).where(and(ofPeer, lt(federationRuns.runId, oldest.runId)));
}

/** A pull that this process makes, and nobody else. */
export interface Claim {
  peer: PeerRow;
  runId: string;
}

/**
 * Begins a pull of a peer on this process alone and writes its run. Throws `not_found`, `conflict`
 * while another is under way, or for a peer that is switched off.
 */
export function claimPull(ctx: Ctx, peerId: string, trigger: Trigger): Promise<Claim> {
  return withTenant(ctx.tenantId, async (tx) => {
    const runId = uuidv7();
    const [peer] = await tx
      .update(federationPeers)
      .set({ runningRunId: runId, runningUntil: until() })
      .where(
        and(
          onePeer(ctx, peerId),
          eq(federationPeers.enabled, true),
          sql`(running_until is null or running_until < now())`,
        ),
      )
      .returning();
    if (!peer) {
      const { enabled } = await readPeer(tx, ctx, peerId);
      throw new AppError(
        "conflict",
        enabled
          ? `A pull of the peer "${peerId}" is under way. Its run tells when it has ended.`
          : `The peer "${peerId}" is switched off. Enable it before you pull.`,
      );
    }
    await endLostRuns(tx, ctx, peerId);
    await tx.insert(federationRuns).values({
      ...{ tenantId: ctx.tenantId, peerId, runId, trigger, status: "running", report: {} },
      ...{ principalType: ctx.principal.type, principalId: ctx.principal.id },
    });
    await forgetOldRuns(tx, ctx, peerId);
    return { peer, runId };
  });
}

const ours = (ctx: Ctx, { peer, runId }: Claim) =>
  and(onePeer(ctx, peer.peerId), eq(federationPeers.runningRunId, runId));

/**
 * Says in a transaction that its writes are this pull's, and how far it has come with a kind.
 * Throws `conflict` when the pull has been taken for lost, or its peer is gone.
 */
export async function holdPull(
  tx: Tx,
  ctx: Ctx,
  claim: Claim,
  progress: { kind: PullKind; at: Progress } | null,
): Promise<void> {
  const [held] = await tx
    .update(federationPeers)
    .set({
      runningUntil: until(),
      ...(progress
        ? {
            cursors: sql`(coalesce(cursors::jsonb, '{}'::jsonb)
              || ${JSON.stringify({ [progress.kind]: progress.at })}::text::jsonb)::json`,
          }
        : {}),
    })
    .where(ours(ctx, claim))
    .returning({ peerId: federationPeers.peerId });
  if (held) return;
  throw new AppError(
    "conflict",
    "The pull was given up: another one has begun, or its peer is gone.",
  );
}

/** Keeps the claim while the peer or the checks take their time; the answer ends that. */
export function keepClaim(ctx: Ctx, claim: Claim): () => void {
  const timer = setInterval(
    () => {
      withTenant(ctx.tenantId, (tx) => holdPull(tx, ctx, claim, null)).catch(() => undefined);
    },
    (leaseSeconds * 1000) / 3,
  );
  timer.unref();
  return () => clearInterval(timer);
}
