import { eq, sql } from "drizzle-orm";
import { federationPeers, federationRuns } from "#db/schema/federation.ts";
import { withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { requireNoAgent } from "#lib/memory/access.ts";
import { noteUsage } from "#lib/usage/ledger.ts";
import { requirePulling } from "../enabled.ts";
import { openPeer } from "../peer.ts";
import { pulledKinds } from "./kinds.ts";
import { type Claim, claimPull, keepClaim, oneRun, type Trigger } from "./lease.ts";
import { trimOrigins } from "./origins.ts";
import { onePeer, readPeer, tokenOf } from "./peer-row.ts";
import { pullKind } from "./pull-kind.ts";
import { toRun } from "./runs.ts";
import {
  type KindReport,
  type PeerRun,
  type PullKind,
  pullKinds,
  type RunReport,
} from "./schema.ts";

const mostBackoffMinutes = 1_440;

interface Ended {
  status: "ok" | "partial" | "failed";
  report: RunReport;
  error: AppError | null;
}

function statusOf(errors: readonly (AppError | null)[], report: RunReport): Ended["status"] {
  if (errors.every((error) => error !== null)) return "failed";
  const failed = toldKinds(report).some(([, { failed }]) => failed > 0);
  return failed || errors.some((error) => error !== null) ? "partial" : "ok";
}

async function pullAll(ctx: Ctx, claim: Claim): Promise<Ended> {
  const { peer: row } = claim;
  const peer = await openPeer(ctx, {
    url: row.url,
    token: tokenOf(row),
    tenant_id: row.remoteTenantId,
  });
  const report: RunReport = {};
  const errors: (AppError | null)[] = [];
  for (const kind of row.pulls as PullKind[]) {
    const ended = await pullKind(ctx, claim, kind, peer);
    report[kind] = ended.report;
    errors.push(ended.error);
  }
  const error = errors.find((one) => one !== null) ?? null;
  return { status: statusOf(errors, report), report, error };
}

/** Each failure doubles the pause, up to a day. */
function nextPull(failures: number) {
  const doubled = 2 ** Math.min(failures, 10);
  return sql`case when schedule_minutes is null then null else
    now() + make_interval(mins => greatest(schedule_minutes,
      least(schedule_minutes * ${doubled}::int, ${mostBackoffMinutes}))) end`;
}

/** Writes what came of the pull into run, peer and audit log, and lets the next one begin. */
function endPull(ctx: Ctx, { peer, runId }: Claim, { status, report, error }: Ended) {
  return withTenant(ctx.tenantId, async (tx) => {
    const [row] = await tx
      .update(federationRuns)
      .set({
        ...{ status, report, errorCode: error?.code ?? null, error: error?.message ?? null },
        finishedAt: sql`now()`,
      })
      .where(oneRun(ctx, peer.peerId, runId))
      .returning();
    const failures = status === "failed" ? peer.failures + 1 : 0;
    await tx
      .update(federationPeers)
      .set({
        ...{ failures, runningRunId: null, runningUntil: null, nextPullAt: nextPull(failures) },
        ...{ lastPullAt: sql`now()`, lastError: error?.message ?? null },
        ...(status === "failed" ? {} : { lastOkAt: sql`now()` }),
      })
      .where(sql`${onePeer(ctx, peer.peerId)} and ${eq(federationPeers.runningRunId, runId)}`);
    await trimOrigins(tx, ctx);
    await audit(tx, ctx, {
      action: "federation.pull",
      target: { type: "peer", id: peer.peerId },
      after: {
        run_id: runId,
        url: peer.url,
        status,
        error: error?.code ?? null,
        ...counts(report),
      },
    });
    return row ?? null;
  });
}

function toldKinds(report: RunReport): [PullKind, KindReport][] {
  return pullKinds.flatMap((kind) => {
    const told = report[kind];
    return told ? [[kind, told]] : [];
  });
}

function counts(report: RunReport) {
  return Object.fromEntries(
    toldKinds(report).map(([kind, told]) => {
      const { new: added, updated, unchanged, kept, replaced, failed } = told;
      return [kind, { new: added, updated, unchanged, kept, replaced, failed }];
    }),
  );
}

function meter(ctx: Ctx, { report: { memory } }: Ended, startedAt: number): void {
  if (!memory) return;
  noteUsage(ctx, {
    ...{ kind: "memory_op", name: "memory.federation_pull", agentId: "" },
    status: memory.error === null ? "ok" : "error",
    durationMs: performance.now() - startedAt,
    quantity: memory.new + memory.updated + memory.replaced,
  });
}

const unknownError = () =>
  new AppError("internal", "Something went wrong on our side. Quote the request id.");

async function runClaimed(ctx: Ctx, claim: Claim): Promise<Ended> {
  const stop = keepClaim(ctx, claim);
  try {
    return await pullAll(ctx, claim);
  } catch (error) {
    if (error instanceof AppError) return { status: "failed", report: {}, error };
    await endPull(ctx, claim, { status: "failed", report: {}, error: unknownError() });
    throw error;
  } finally {
    stop();
  }
}

/**
 * Pulls a registered peer: what changed there since the last pull, conflicts settled by the peer's
 * policies, tools as drafts that wait for approval. Needs `federation:write`, and the permission to
 * write each kind. Answers the run with its report; throws `not_found`, `conflict` while one is
 * under way, and what ended the pull of every kind, such as `upstream_failed`, with its `run_id`.
 */
export async function pullPeer(
  ctx: Ctx,
  peerId: string,
  trigger: Trigger = "manual",
): Promise<PeerRun> {
  authorize(ctx, "federation:write");
  requireNoAgent(ctx);
  const row = await withTenant(ctx.tenantId, (tx) => readPeer(tx, ctx, peerId));
  for (const kind of row.pulls as PullKind[]) authorize(ctx, pulledKinds[kind].permission);
  // A scheduled one is recorded as failed, so that it waits for its next time.
  if (trigger === "manual") await requirePulling(ctx);
  const claim = await claimPull(ctx, peerId, trigger);
  const startedAt = performance.now();
  const ended = await runClaimed(ctx, claim);
  const run = await endPull(ctx, claim, ended);
  meter(ctx, ended, startedAt);
  if (ended.status === "failed" && ended.error) {
    const { code, message, extra } = ended.error;
    throw new AppError(code, message, {
      cause: ended.error,
      extra: { ...extra, run_id: claim.runId },
    });
  }
  if (!run) throw new AppError("conflict", "The peer was deleted while it was pulled.");
  return toRun(run);
}
