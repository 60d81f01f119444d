import { availableParallelism } from "node:os";
import { AppError } from "#lib/core/errors.ts";
import { singleton } from "#lib/core/singleton.ts";
import { ToolError } from "../calls/tool-error.ts";
import { FairQueue } from "../fair-queue.ts";
import type { Answer, Asked, EvaluationKind, Evaluations, Reply } from "./evaluation.ts";
import { EvaluationThread } from "./thread.ts";

/** One tenant has all threads but one at the most. */
const mostThreads = Math.max(2, Math.min(4, availableParallelism()));
const mostWaiting = 1_000;
const mostWaitingOfOne = 100;
const longestWaitMs = 10_000;
const idleMs = 60_000;

/** What was to be evaluated took more time or memory than anything may. */
export class EvaluationOverrun extends Error {
  override readonly name = "EvaluationOverrun";
}

/** What was to be evaluated had no turn: nobody knows what would have come of it. */
export function isBusy(error: unknown): boolean {
  return error instanceof AppError && error.code === "rate_limited";
}

interface State {
  threads: Set<EvaluationThread>;
  running: Map<EvaluationThread, string>;
  queue: FairQueue<(thread: EvaluationThread) => void>;
  idle: NodeJS.Timeout | null;
}

const state = singleton<State>("tools.evaluation", () => ({
  ...{ threads: new Set(), running: new Map(), queue: new FairQueue(), idle: null },
}));

function busy(): AppError {
  return new AppError(
    "rate_limited",
    "Too much of this tenant's schemas, templates and expressions waits to be evaluated. Make them simpler, or call less often.",
    { retryAfterSeconds: 1, extra: { limit: "evaluations", value: mostWaitingOfOne } },
  );
}

function freeThread(): EvaluationThread {
  for (const thread of state.threads) {
    if (thread.isGone) state.threads.delete(thread);
    else if (!state.running.has(thread)) return thread;
  }
  const thread = new EvaluationThread();
  state.threads.add(thread);
  return thread;
}

function runningOf(tenantId: string): number {
  return [...state.running.values()].filter((each) => each === tenantId).length;
}

function pump(): void {
  while (state.running.size < mostThreads) {
    const start = state.queue.take((tenantId) => runningOf(tenantId) < mostThreads - 1);
    if (!start) return;
    start(freeThread());
  }
}

function endIdle(): void {
  for (const thread of state.threads) {
    if (state.running.has(thread) || Date.now() - thread.idleSince < idleMs) continue;
    state.threads.delete(thread);
    void thread.terminate();
  }
  if (state.threads.size > 0 || !state.idle) return;
  clearInterval(state.idle);
  state.idle = null;
}

/** Waits for a thread, in turn with other tenants; throws `rate_limited` when too many wait. */
function takeThread(tenantId: string): Promise<EvaluationThread> {
  const { queue } = state;
  if (queue.waitingOf(tenantId) >= mostWaitingOfOne || queue.size >= mostWaiting) throw busy();
  return new Promise((resolve, reject) => {
    const start = (thread: EvaluationThread) => {
      clearTimeout(late);
      state.running.set(thread, tenantId);
      resolve(thread);
    };
    const late = setTimeout(() => {
      if (queue.remove(tenantId, start)) reject(busy());
    }, longestWaitMs);
    queue.push(tenantId, start);
    pump();
  });
}

async function runOnce(tenantId: string, asked: Asked): Promise<Reply | "lost" | "late"> {
  const thread = await takeThread(tenantId);
  state.idle ??= setInterval(endIdle, idleMs).unref();
  try {
    return await thread.run(asked);
  } finally {
    state.running.delete(thread);
    pump();
  }
}

/**
 * Evaluates what a tenant wrote (a schema, a template, an expression) on a thread of its own, so
 * that nothing in it can hold up the event loop. Tenants take turns. Throws `rate_limited` (429)
 * where too much of the tenant's waits, `ToolError` for what the definition itself refuses, and
 * `EvaluationOverrun`.
 */
export async function evaluate<K extends EvaluationKind>(
  tenantId: string,
  kind: K,
  asked: Evaluations[K]["asked"],
): Promise<Answer<K>> {
  const question = { kind, ...asked } as unknown as Asked;
  let reply = await runOnce(tenantId, question);
  // The thread may have died of what others have left in its memory: a fresh one shows which.
  if (reply === "lost") reply = await runOnce(tenantId, question);
  if (reply === "lost") throw new EvaluationOverrun("takes too much memory");
  if (reply === "late") throw new EvaluationOverrun("takes too long");
  if (reply === "ready" || "failed" in reply) {
    throw new Error(`An evaluation failed: ${reply === "ready" ? "no answer" : reply.failed}`);
  }
  if ("refused" in reply) throw new ToolError(reply.refused.code, reply.refused.message);
  return reply.answer as Answer<K>;
}

/** Ends the threads; the next evaluation starts anew. */
export async function closeEvaluation(): Promise<void> {
  const threads = [...state.threads];
  state.threads.clear();
  if (state.idle) clearInterval(state.idle);
  state.idle = null;
  await Promise.all(threads.map((thread) => thread.terminate()));
}
