import type { JobOutcome, SandboxJob } from "./job.ts";
import type { FromWorker, HostRequest, Reply } from "./protocol.ts";
import type { Thread } from "./thread.ts";

/** How long a thread has to end a call that is over for its caller, before it is ended itself. */
const graceMs = 500;
/** What a thread may take to start, before the call's own time begins. */
const startMs = 15_000;
/** Processor time past its limit at which code is taken to be where QuickJS does not look. */
const graceCpuMs = 250;

type Ending = JobOutcome extends infer O ? (O extends unknown ? Omit<O, "cpuMs"> : never) : never;

/** What the pool does when a call of its changes what it needs. */
export interface RunningEvents {
  /** It has taken up a turn, or given it back. */
  computes(isComputing: boolean): void;
  /** Its replies wait for a turn: `resume` sends them. */
  wantsTurn(): void;
  /** The thread can take another call; null where it is gone. */
  freed(thread: Thread | null): void;
}

/** A call that has a thread: computing, or parked until the host answers. */
export class Running {
  readonly job: SandboxJob;
  #isComputing = false;
  readonly #thread: Thread;
  readonly #events: RunningEvents;
  readonly #settle: (outcome: JobOutcome) => void;
  readonly #hosts = new AbortController();
  #wall: NodeJS.Timeout;
  #replies: Reply[] = [];
  #settled = false;
  #freed = false;
  #kill: NodeJS.Timeout | null = null;
  #cpuUs = 0;
  /** The thread's own time when this call's turn began. */
  #threadUs: number;
  #turnAt = performance.now();

  constructor(
    job: SandboxJob,
    thread: Thread,
    threadUs: number | null,
    events: RunningEvents,
    settle: (outcome: JobOutcome) => void,
  ) {
    this.job = job;
    this.#thread = thread;
    this.#threadUs = threadUs ?? 0;
    this.#events = events;
    this.#settle = settle;
    const { cpuMs, memoryBytes, outputBytes } = job.limits;
    this.#wall = this.#limitTime(threadUs === null ? startMs : 0);
    job.signal?.addEventListener("abort", this.#cancel, { once: true });
    const { tenantId, module, args, about } = job;
    thread.hold(true);
    thread.send({
      ...{ type: "run", tenantId, module, args, about },
      ...{ cpuMs, memoryBytes, outputBytes },
    });
    this.#compute(true);
  }

  #limitTime(extraMs: number): NodeJS.Timeout {
    const { wallMs } = this.job.limits;
    const message = `The code did not end within its limit of ${wallMs} ms (limits.wall_ms).`;
    return setTimeout(() => this.end({ failure: "sandbox_time", message }), wallMs + extraMs);
  }

  #compute(isComputing: boolean): void {
    if (this.#isComputing === isComputing) return;
    this.#isComputing = isComputing;
    if (isComputing) this.#turnAt = performance.now();
    this.#events.computes(isComputing);
  }

  readonly #cancel = () => this.end({ failure: "cancelled", message: "The call was cancelled." });

  /** Sends what the host answered; the pool has given the call a turn. */
  resume(): void {
    if (this.#settled) return;
    this.#compute(true);
    const replies = this.#replies;
    this.#replies = [];
    this.#thread.send({ type: "resume", replies });
  }

  /** The call is over for its caller, and the thread is to end it. */
  end(ending: Ending): void {
    if (this.#settled) return;
    if (this.#isComputing) {
      const turnMs = Math.min(performance.now() - this.#turnAt, this.job.limits.cpuMs);
      this.#cpuUs += turnMs * 1000;
    }
    this.#finish(ending);
    if (this.#isComputing) this.#thread.interrupt();
    else this.#thread.send({ type: "drop" });
    this.#kill = setTimeout(() => void this.#thread.terminate(), graceMs);
  }

  /** Ends a call whose code is where QuickJS does not look, such as within one long search. */
  async watch(): Promise<void> {
    if (!this.#isComputing || this.#settled) return;
    const left = this.job.limits.cpuMs - this.#cpuUs / 1000 + graceCpuMs;
    if (performance.now() - this.#turnAt < left) return;
    const usedUs = await this.#thread.cpuUs();
    if (usedUs === null || this.#settled || !this.#isComputing) return;
    if ((usedUs - this.#threadUs) / 1000 < left) return;
    this.#cpuUs += usedUs - this.#threadUs;
    this.#finish({
      failure: "sandbox_time",
      message: "The code ran longer than its limit of processor time (limits.cpu_ms).",
    });
    await this.#thread.terminate();
  }

  hear(message: FromWorker): void {
    if (message.type === "ready") {
      this.#threadUs = message.cpuUs;
      if (this.#settled) return;
      clearTimeout(this.#wall);
      this.#wall = this.#limitTime(0);
      return;
    }
    this.#cpuUs += Math.max(0, message.cpuUs - this.#threadUs);
    this.#threadUs = message.cpuUs;
    if (message.type === "dropped") {
      this.#free(this.#thread);
      return;
    }
    if (!this.#settled) for (const line of message.logs) this.job.log(line);
    if (message.type === "parked") this.#park(message.requests);
    else {
      const { outcome } = message;
      if ("json" in outcome) this.#finish(outcome);
      // Whoever asked for the interruption has told the caller why.
      else this.#finish({ ...outcome, failure: outcome.failure as "code_failed" });
      this.#free(this.#thread);
    }
  }

  /** The thread is gone, of itself or by `terminate`. */
  lost(error: Error | null): void {
    const outOfMemory =
      (error as NodeJS.ErrnoException | null)?.code === "ERR_WORKER_OUT_OF_MEMORY";
    this.#finish(
      outOfMemory
        ? { failure: "sandbox_memory", message: "The code needed more memory than it may have." }
        : { failure: "code_failed", message: "The code's thread ended. Call the tool again." },
    );
    this.#free(null);
  }

  #park(requests: HostRequest[]): void {
    // Answers may have come while it computed.
    const hasReplies = this.#replies.length > 0;
    if (this.#settled) this.#thread.send({ type: "drop" });
    else for (const request of requests) void this.#answer(request);
    this.#compute(false);
    if (hasReplies && !this.#settled) this.#events.wantsTurn();
  }

  async #answer(request: HostRequest): Promise<void> {
    const reply = await this.job.answer(request, this.#hosts.signal);
    if (this.#settled) return;
    this.#replies.push({ ...reply, seq: request.seq });
    // One turn takes all the answers that are there by then.
    if (!this.#isComputing && this.#replies.length === 1) this.#events.wantsTurn();
  }

  #finish(ending: Ending): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#wall);
    this.job.signal?.removeEventListener("abort", this.#cancel);
    this.#hosts.abort();
    this.#settle({ ...ending, cpuMs: this.#cpuUs / 1000 });
  }

  #free(thread: Thread | null): void {
    if (this.#freed) return;
    this.#freed = true;
    if (this.#kill) clearTimeout(this.#kill);
    thread?.hold(false);
    this.#compute(false);
    this.#events.freed(thread);
  }
}
