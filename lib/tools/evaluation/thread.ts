import { Worker } from "node:worker_threads";
import { threadFile } from "../thread-file.ts";
import type { Asked, Reply } from "./evaluation.ts";

/** Everything that is evaluated ends itself long before: this is for what cannot be interrupted. */
const longestMs = 10_000;
const heapMb = 256;

/** A thread that evaluates one thing at a time. */
export class EvaluationThread {
  idleSince = Date.now();
  isGone = false;
  readonly #worker: Worker;
  readonly #ready = Promise.withResolvers<void>();
  #settle: ((reply: Reply | "lost" | "late") => void) | null = null;

  constructor() {
    this.#worker = new Worker(threadFile("evaluation/worker.ts"), {
      name: "evaluation",
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
      env: {},
      execArgv: [],
    });
    this.#worker.on("message", (reply: Reply) => {
      if (reply === "ready") this.#ready.resolve();
      else this.#finish(reply);
    });
    // Out of memory, most often: what it was doing is told so.
    this.#worker.on("error", () => undefined);
    this.#worker.once("exit", () => {
      this.isGone = true;
      this.#ready.resolve();
      this.#finish("lost");
    });
    this.#worker.unref();
  }

  #finish(reply: Reply | "lost" | "late"): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(reply);
  }

  /** `lost`: the thread died of it or beside it. `late`: it had to be ended. */
  async run(asked: Asked): Promise<Reply | "lost" | "late"> {
    const outcome = new Promise<Reply | "lost" | "late">((settle) => {
      this.#settle = settle;
    });
    this.#worker.ref();
    await this.#ready.promise;
    if (this.isGone) return "lost";
    this.#worker.postMessage(asked);
    const late = setTimeout(() => {
      this.#finish("late");
      void this.terminate();
    }, longestMs);
    try {
      return await outcome;
    } finally {
      clearTimeout(late);
      this.idleSince = Date.now();
      if (!this.isGone) this.#worker.unref();
    }
  }

  async terminate(): Promise<void> {
    this.isGone = true;
    await this.#worker.terminate();
  }
}
