import { and, eq, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { tasks } from "#db/schema/tasks.ts";
import { withTenant } from "#db/transaction.ts";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { toProblem } from "#lib/core/problem.ts";
import { isInputRequired, type ToolOutcome } from "#lib/tools/calls/client.ts";
import { one, type TaskRow } from "./row.ts";
import { owner } from "./running.ts";
import type { TaskError } from "./schema.ts";

export type Change = PgUpdateSetSource<typeof tasks>;

const longestMessage = 500;

/** Whatever a tool says, as PostgreSQL can hold it and a list can show it. */
export function toMessage(text: string): string {
  return text.toWellFormed().replaceAll("\0", "").slice(0, longestMessage);
}

/** Any thrown value as a task keeps it; an unknown one says nothing of its cause. */
function toTaskError(error: unknown, requestId: string): TaskError {
  if (!(error instanceof AppError)) log.error({ err: error }, "a task failed");
  const { code, detail } = toProblem(error, requestId);
  return { code, detail };
}

export function ending(status: "completed" | "failed" | "cancelled"): Change {
  return { status, endedAt: sql`now()`, owner: null, heartbeatAt: null };
}

/**
 * Writes what became of a run, provided that the task is still working and this process's own: a
 * cancelled one, and one that another process has taken over, stays as it is. Answers whether.
 */
export async function writeIfOurs(row: TaskRow, change: Change): Promise<boolean> {
  const ours = and(
    one(row.tenantId, row.taskId),
    eq(tasks.status, "working"),
    eq(tasks.owner, owner),
  );
  const written = await withTenant(row.tenantId, (tx) =>
    tx
      .update(tasks)
      .set({ ...change, updatedAt: sql`now()` })
      .where(ours)
      .returning({ taskId: tasks.taskId }),
  );
  return written.length > 0;
}

/** The change that an outcome is: the end, or a stop until the client has answered. */
export function toChange(outcome: ToolOutcome): Change {
  if (!isInputRequired(outcome))
    return { ...ending("completed"), result: outcome, isError: outcome.isError === true };
  return {
    status: "input_required",
    statusMessage: null,
    inputRequests: outcome.inputRequests,
    inputResponses: {},
    rounds: sql`${tasks.rounds} + 1`,
    state: outcome.state ?? null,
    owner: null,
    heartbeatAt: null,
  };
}

export function toFailure(error: unknown, requestId: string): Change {
  const failure = toTaskError(error, requestId);
  return { ...ending("failed"), error: failure, statusMessage: toMessage(failure.detail) };
}
