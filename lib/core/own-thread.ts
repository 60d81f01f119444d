import { parentPort, Worker, workerData } from "node:worker_threads";
import { AppError } from "./errors.ts";
import { singleton } from "./singleton.ts";
import { threadFile } from "./thread-file.ts";

const limitMs = 60_000;
const memoryMb = 768;
const mostRunning = 2;
const mostWaiting = 20;

interface Turns {
  running: Set<string>;
  waiting: { tenantId: string; start: () => void }[];
}

const turns = singleton<Turns>("ownThreads", () => ({ running: new Set(), waiting: [] }));

/** What a thread says at its end; errors lose their class on the way. */
type Outcome = { value: unknown } | { refusal: string; pointer?: string } | { failure: string };

/** Waits for a thread: each tenant has one at a time, so that none makes all others wait. */
async function takeTurn(tenantId: string): Promise<void> {
  const isFree = !turns.running.has(tenantId) && turns.running.size < mostRunning;
  if (isFree) {
    turns.running.add(tenantId);
    return;
  }
  if (turns.waiting.length >= mostWaiting) {
    throw new AppError("unavailable", "Too many documents are being read. Try again shortly.", {
      retryAfterSeconds: 10,
    });
  }
  await new Promise<void>((start) => turns.waiting.push({ tenantId, start }));
}

function endTurn(tenantId: string): void {
  turns.running.delete(tenantId);
  const next = turns.waiting.findIndex((one) => !turns.running.has(one.tenantId));
  const [one] = next === -1 ? [] : turns.waiting.splice(next, 1);
  if (!one) return;
  turns.running.add(one.tenantId);
  one.start();
}

function tooMuch(cause?: unknown): AppError {
  const text = "The document takes too long, or too much memory, to read. Give a part of it.";
  return new AppError("invalid_request", text, cause === undefined ? {} : { cause });
}

function settled<T>(outcome: Outcome): T {
  if ("value" in outcome) return outcome.value as T;
  if ("failure" in outcome) throw new Error(`A document could not be read: ${outcome.failure}`);
  const { refusal, pointer } = outcome;
  throw new AppError("invalid_request", refusal, {
    ...(pointer === undefined ? {} : { errors: [{ pointer, message: refusal }] }),
  });
}

function runThread(file: string, task: unknown): Promise<Outcome> {
  const worker = new Worker(threadFile(file), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  return new Promise<Outcome>((resolve, reject) => {
    const timer = setTimeout(() => reject(tooMuch()), limitMs);
    worker.once("message", resolve);
    worker.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? tooMuch(error) : error),
    );
    worker.once("exit", (code) => reject(new Error(`The thread ended with ${code}`)));
    worker.once("message", () => clearTimeout(timer));
    worker.once("exit", () => clearTimeout(timer));
  }).finally(() => void worker.terminate());
}

/**
 * Runs `file` (its place in the tree, which calls `answerThread`) in a thread of its own: reading a
 * large document takes seconds, in which the process goes on answering, and one made to be expensive
 * ends its thread alone. Throws `invalid_request`, and `unavailable` when too many wait.
 */
export async function runInThread<T>(tenantId: string, file: string, task: unknown): Promise<T> {
  await takeTurn(tenantId);
  try {
    return settled<T>(await runThread(file, task));
  } finally {
    endTurn(tenantId);
  }
}

/** The other side of `runInThread`: what `work` makes of the task, or the `AppError` that it throws. */
export function answerThread<Task>(work: (task: Task) => unknown): void {
  const outcome = (): Outcome => {
    try {
      return { value: work(workerData as Task) };
    } catch (error) {
      if (!(error instanceof AppError)) {
        return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
      }
      const pointer = error.errors?.[0]?.pointer;
      return { refusal: error.message, ...(pointer === undefined ? {} : { pointer }) };
    }
  };
  parentPort?.postMessage(outcome());
}
