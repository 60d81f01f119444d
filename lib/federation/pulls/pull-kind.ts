import { withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { requirePulling } from "../enabled.ts";
import type { Peer } from "../peer.ts";
import { fetchChanges, fetchEverything } from "./door.ts";
import { pulledKinds } from "./kinds.ts";
import { type Claim, holdPull } from "./lease.ts";
import { peerSource, type Source } from "./origins.ts";
import { type Progress, progressOf } from "./peer-row.ts";
import { addToReport, emptyReport } from "./report.ts";
import type { KindReport, PullKind } from "./schema.ts";

/** What one pull takes at most; the next goes on from there. */
const mostPages = 250;
const mostMs = 120_000;

/** A pull of one kind: pages come, and each is one transaction with how far it leads. */
class KindPull {
  readonly report: KindReport;
  readonly #ctx: Ctx;
  readonly #claim: Claim;
  readonly #kind: PullKind;
  readonly #source: Source;
  readonly #before: Progress;
  #cursor: string | null;

  constructor(ctx: Ctx, claim: Claim, kind: PullKind) {
    this.#ctx = ctx;
    this.#claim = claim;
    this.#kind = kind;
    this.#before = progressOf(claim.peer, kind);
    this.#cursor = this.#before.resume ?? this.#before.cursor;
    this.report = emptyReport(this.#cursor);
    const { peerId, url, remoteTenantId } = claim.peer;
    this.#source = { id: peerSource(peerId), url, remoteTenantId };
  }

  /** Where the next pull begins: what failed is asked for again. */
  #progress(cursor: string | null, more: boolean, failed: boolean): Progress {
    const { cursor: last } = this.#before;
    if (failed) return { cursor: last, resume: null };
    return more ? { cursor: last, resume: cursor } : { cursor, resume: null };
  }

  async #take(entries: readonly unknown[], cursor: string | null, more: boolean): Promise<void> {
    // Whoever switches federation off means the pulls that are under way too.
    await requirePulling(this.#ctx);
    const { memoryConflict, toolsConflict } = this.#claim.peer;
    const policy = this.#kind === "memory" ? memoryConflict : toolsConflict;
    const write = await pulledKinds[this.#kind].prepare(this.#ctx, this.#source, policy, entries);
    const { result, at } = await withTenant(this.#ctx.tenantId, async (tx) => {
      // The peer's row first, as whoever changes the registration locks it.
      await holdPull(tx, this.#ctx, this.#claim, null);
      const result = await write(tx);
      const failed = this.report.failed + result.failures.length > 0;
      const at = this.#progress(cursor, more, failed);
      await holdPull(tx, this.#ctx, this.#claim, { kind: this.#kind, at });
      return { result, at };
    });
    addToReport(this.report, result);
    this.report.cursor_after = at.resume ?? at.cursor;
  }

  async #run(peer: Peer): Promise<void> {
    const kind = pulledKinds[this.#kind];
    const deadline = performance.now() + mostMs;
    for (let page = 1; page <= mostPages && performance.now() < deadline; page++) {
      const found = await fetchChanges(peer, kind, this.#cursor);
      if (found === null) return this.#takeEverything(peer);
      this.report.incremental = this.#before.cursor !== null || this.#before.resume !== null;
      await this.#take(found.entries, found.cursor, found.more);
      this.#cursor = found.cursor;
      if (!found.more) {
        this.report.complete = true;
        return;
      }
    }
  }

  /** The seed's list knows no cursor: all of it is compared each time. */
  async #takeEverything(peer: Peer): Promise<void> {
    for (const part of await fetchEverything(peer, pulledKinds[this.#kind])) {
      await this.#take(part, null, false);
    }
    this.report.complete = true;
  }

  /** Pulls, and notes in the report what ended it; answers that error, or null. */
  async run(peer: Peer): Promise<AppError | null> {
    try {
      await this.#run(peer);
      return null;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.report.error = error.message;
      return error;
    }
  }
}

/** Pulls one kind of a claimed peer: its report, and the error that ended it, or null. */
export async function pullKind(
  ctx: Ctx,
  claim: Claim,
  kind: PullKind,
  peer: Peer,
): Promise<{ report: KindReport; error: AppError | null }> {
  const pull = new KindPull(ctx, claim, kind);
  const error = await pull.run(peer);
  return { report: pull.report, error };
}
