import { Worker } from "node:worker_threads";
import { threadFile } from "../thread-file.ts";
import type { FromWorker, ToWorker } from "./protocol.ts";

/** Enough for QuickJS's parser at the depth that it allows itself. */
const stackMb = 16;
/** Of what passes through the thread; the guest's own memory is apart. */
const heapMb = 128;

export interface ThreadEvents {
  message(message: FromWorker): void;
  /** It is gone, whoever ended it. */
  exit(error: Error | null): void;
}

/** A worker thread that runs one call at a time. */
export class Thread {
  /** Whose call it had last: an instance may be ready for that tenant. */
  lastTenant: string | null = null;
  idleSince = 0;
  readonly #worker: Worker;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));

  constructor({ message, exit }: ThreadEvents) {
    this.#worker = new Worker(threadFile("sandbox/worker.ts"), {
      name: "sandbox",
      workerData: { stop: this.#stop.buffer },
      resourceLimits: { stackSizeMb: stackMb, maxOldGenerationSizeMb: heapMb },
      env: {},
      execArgv: [],
    });
    let error: Error | null = null;
    this.#worker.on("message", message);
    this.#worker.on("error", (thrown: unknown) => {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
    });
    this.#worker.once("exit", () => exit(error));
    // A process that has nothing else to do may end.
    this.#worker.unref();
  }

  send(message: ToWorker): void {
    if (message.type === "run") Atomics.store(this.#stop, 0, 0);
    this.#worker.postMessage(message);
  }

  /** Asks what computes to end; it does as soon as QuickJS looks. */
  interrupt(): void {
    Atomics.store(this.#stop, 0, 1);
  }

  /** Keeps the process alive while it has a call. */
  hold(isHeld: boolean): void {
    if (isHeld) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Processor time of the thread so far in µs; null where it cannot be told. */
  async cpuUs(): Promise<number | null> {
    try {
      const { user, system } = await this.#worker.cpuUsage();
      return user + system;
    } catch {
      return null;
    }
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }
}
