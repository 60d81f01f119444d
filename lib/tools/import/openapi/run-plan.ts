import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import type { Plan, PlanOptions } from "./plan.ts";
import type { PlanReply } from "./plan-worker.ts";

const limitMs = 60_000;
const memoryMb = 768;
const mostRunning = 2;
const mostWaiting = 20;

interface Turns {
  running: Set<string>;
  waiting: { tenantId: string; start: () => void }[];
}

const turns = singleton<Turns>("openapiPlans", () => ({ running: new Set(), waiting: [] }));

/** Waits for a thread: each tenant has one at a time, so that none makes all others wait. */
async function takeTurn(tenantId: string): Promise<void> {
  const isFree = !turns.running.has(tenantId) && turns.running.size < mostRunning;
  if (isFree) {
    turns.running.add(tenantId);
    return;
  }
  if (turns.waiting.length >= mostWaiting) {
    throw new AppError("unavailable", "Too many descriptions are being read. Try again shortly.", {
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

function toPlan(reply: PlanReply): Plan {
  if ("plan" in reply) return reply.plan;
  if ("failure" in reply) throw new Error(`A description could not be read: ${reply.failure}`);
  const { refusal, pointer } = reply;
  throw new AppError("invalid_request", refusal, {
    ...(pointer === undefined ? {} : { errors: [{ pointer, message: refusal }] }),
  });
}

function runThread(text: string, options: PlanOptions): Promise<PlanReply> {
  // By its place in the tree: Next's bundle, which may load this file, has no such file beside it.
  const file = join(process.cwd(), "lib/tools/import/openapi/plan-worker.ts");
  const worker = new Worker(file, {
    workerData: { text, options },
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  });
  return new Promise<PlanReply>((resolve, reject) => {
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
 * `planImport` in a thread of its own: reading a large document takes seconds, in which the process
 * goes on answering, and a document made to be expensive ends its thread alone. Throws
 * `invalid_request`, and `unavailable` when too many wait.
 */
export async function runPlan(tenantId: string, text: string, options: PlanOptions): Promise<Plan> {
  await takeTurn(tenantId);
  try {
    return toPlan(await runThread(text, options));
  } finally {
    endTurn(tenantId);
  }
}
