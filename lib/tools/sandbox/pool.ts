import { availableParallelism } from "node:os";
import { env } from "#lib/core/env.ts";
import { singleton } from "#lib/core/singleton.ts";
import { FairQueue } from "../fair-queue.ts";
import type { JobOutcome, SandboxJob } from "./job.ts";
import type { FromWorker } from "./protocol.ts";
import { closeReader } from "./read-source.ts";
import { Running } from "./running.ts";
import { Thread } from "./thread.ts";

export interface PoolSize {
  /** Calls that compute at once. */
  workers: number;
  /** Calls that compute or wait for the host: each has a thread of its own. */
  threads: number;
  /** Calls that may wait for a turn, of one tenant and of all. */
  waitingPerTenant: number;
  waiting: number;
  /** How long one waits before it is told to come again. */
  waitMs: number;
  idleMs: number;
}

const watchMs = 250;

export function sizeOf(workers: number): PoolSize {
  return {
    workers,
    threads: Math.max(16, workers * 4),
    waitingPerTenant: 100,
    waiting: 2_000,
    waitMs: 30_000,
    idleMs: 60_000,
  };
}

/** A call that waits for its first turn, or for the turn in which it hears the host's answers. */
type Waiting =
  | { job: SandboxJob; settle(outcome: JobOutcome): void; leave(): void }
  | { running: Running };

interface Held {
  thread: Thread;
  /** Processor time as it told last; null before it has started. */
  cpuUs: number | null;
  running: Running | null;
}

const busyText = "Too many calls of code tools wait already. Try again in a few seconds.";

/**
 * Runs tenant code on worker threads. Tenants take turns: one that has many calls waiting leaves a
 * worker to the others, and holds three quarters of the threads at most.
 */
export class Pool {
  readonly #size: PoolSize;
  readonly #queue = new FairQueue<Waiting>();
  readonly #threads = new Set<Held>();
  readonly #computing = new Map<string, number>();
  readonly #live = new Map<string, number>();
  #computes = 0;
  #watch: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(size: PoolSize) {
    this.#size = size;
  }

  get threads(): number {
    return this.#threads.size;
  }

  run(job: SandboxJob): Promise<JobOutcome> {
    const { waiting, waitingPerTenant, waitMs } = this.#size;
    const refuse = (failure: "busy" | "cancelled", message: string): JobOutcome => ({
      ...{ failure, message, cpuMs: 0 },
    });
    if (job.signal?.aborted) return Promise.resolve(refuse("cancelled", "The call was cancelled."));
    const isFull =
      this.#queue.waitingOf(job.tenantId) >= waitingPerTenant || this.#queue.size >= waiting;
    if (isFull || this.#isClosed) return Promise.resolve(refuse("busy", busyText));
    // Its caller holds a thread until it is answered: waiting for one could wait for ever.
    if (job.isNested && !this.#hasThreadFor(job.tenantId)) {
      return Promise.resolve(
        refuse("busy", "Too many tools wait for each other. Try again later."),
      );
    }
    return new Promise((settle) => {
      const end = (outcome: JobOutcome) => {
        leave();
        if (this.#queue.remove(job.tenantId, item)) settle(outcome);
      };
      const onAbort = () => end(refuse("cancelled", "The call was cancelled."));
      const late = setTimeout(() => end(refuse("busy", busyText)), waitMs);
      const leave = () => {
        clearTimeout(late);
        job.signal?.removeEventListener("abort", onAbort);
      };
      const item: Waiting = { job, settle, leave };
      job.signal?.addEventListener("abort", onAbort, { once: true });
      this.#queue.push(job.tenantId, item, job.isNested ? "first" : "last");
      this.#pump();
    });
  }

  /** Ends every thread; calls that run fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#watch) clearInterval(this.#watch);
    await Promise.all([...this.#threads].map(({ thread }) => thread.terminate()));
  }

  /** All but one worker, where there is more than one. */
  get #mostComputing(): number {
    return Math.max(1, this.#size.workers - 1);
  }

  #hasThreadFor(tenantId: string): boolean {
    const { threads } = this.#size;
    const share = Math.max(1, Math.floor(threads * 0.75));
    const live = [...this.#live.values()].reduce((sum, count) => sum + count, 0);
    return live < threads && (this.#live.get(tenantId) ?? 0) < share;
  }

  #pump(): void {
    while (this.#computes < this.#size.workers) {
      const next = this.#queue.take((tenantId, item) => {
        if ((this.#computing.get(tenantId) ?? 0) >= this.#mostComputing) return false;
        return "running" in item || this.#hasThreadFor(tenantId);
      });
      if (!next) return;
      if ("running" in next) next.running.resume();
      else this.#start(next);
    }
  }

  #start({ job, settle, leave }: Extract<Waiting, { job: SandboxJob }>): void {
    leave();
    const { tenantId } = job;
    const held = this.#idleThread(tenantId) ?? this.#spawn();
    held.thread.lastTenant = tenantId;
    this.#live.set(tenantId, (this.#live.get(tenantId) ?? 0) + 1);
    const events = {
      computes: (isComputing: boolean) => {
        this.#count(tenantId, isComputing ? 1 : -1);
        if (!isComputing) this.#soon();
      },
      wantsTurn: () => {
        this.#queue.push(tenantId, { running }, "first");
        this.#soon();
      },
      freed: (thread: Thread | null) => {
        this.#leaveLive(tenantId);
        held.running = null;
        if (thread) thread.idleSince = Date.now();
        this.#soon();
      },
    };
    const running = new Running(job, held.thread, held.cpuUs, events, settle);
    held.running = running;
    this.#watch ??= setInterval(() => this.#onWatch(), watchMs).unref();
  }

  /** What a thread's message changes is all done before the next ones get their turns. */
  #soon(): void {
    queueMicrotask(() => this.#pump());
  }

  #leaveLive(tenantId: string): void {
    const left = (this.#live.get(tenantId) ?? 1) - 1;
    if (left === 0) this.#live.delete(tenantId);
    else this.#live.set(tenantId, left);
  }

  #count(tenantId: string, change: number): void {
    const now = (this.#computing.get(tenantId) ?? 0) + change;
    if (now === 0) this.#computing.delete(tenantId);
    else this.#computing.set(tenantId, now);
    this.#computes += change;
  }

  /** One that had this tenant's call last, else one that has been idle for the shortest time. */
  #idleThread(tenantId: string): Held | undefined {
    const idle = [...this.#threads].filter(({ running }) => running === null);
    return (
      idle.find(({ thread }) => thread.lastTenant === tenantId) ??
      idle.sort((a, b) => b.thread.idleSince - a.thread.idleSince)[0]
    );
  }

  #spawn(): Held {
    const held: Held = {
      cpuUs: null,
      running: null,
      thread: new Thread({
        message: (message: FromWorker) => {
          held.cpuUs = message.cpuUs;
          held.running?.hear(message);
        },
        exit: (error) => {
          this.#threads.delete(held);
          held.running?.lost(error);
        },
      }),
    };
    this.#threads.add(held);
    return held;
  }

  #onWatch(): void {
    const now = Date.now();
    for (const held of this.#threads) {
      const { thread, running } = held;
      if (running) void running.watch();
      else if (now - thread.idleSince > this.#size.idleMs) {
        this.#threads.delete(held);
        void thread.terminate();
      }
    }
    if (this.#threads.size > 0 || !this.#watch) return;
    clearInterval(this.#watch);
    this.#watch = null;
  }
}

const current = singleton<{ pool: Pool | null }>("sandbox.pool", () => ({ pool: null }));

/** The process's own pool; its threads start with the first calls. */
export function sandboxPool(): Pool {
  const { TAUSESTACK_SANDBOX_WORKERS } = env();
  current.pool ??= new Pool(
    sizeOf(TAUSESTACK_SANDBOX_WORKERS ?? Math.max(2, availableParallelism())),
  );
  return current.pool;
}

/** Ends what the pool has started; the next call starts anew. */
export async function closeSandbox(): Promise<void> {
  const { pool } = current;
  current.pool = null;
  closeReader();
  await pool?.close();
}
