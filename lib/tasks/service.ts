import { and, desc, eq, inArray, or, sql } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { audit } from "#lib/audit/service.ts";
import { authorize } from "#lib/core/authorize.ts";
import { announce } from "#lib/core/bus.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { notFound } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { decodeTimeCursor, type Page, pageSize, toPage } from "#lib/core/page.ts";
import { parse } from "#lib/core/parse.ts";
import { ending } from "./outcome.ts";
import {
  clientKey,
  type InputRequests,
  isMaker,
  listedColumns,
  one,
  type TaskRow,
  toTask,
  toTaskDetail,
} from "./row.ts";
import { runHere } from "./run.ts";
import { cancelTopic, owner, stopHere } from "./running.ts";
import {
  type Task,
  type TaskDetail,
  type TaskQuery,
  type UpdateTaskInput,
  updateTaskInput,
} from "./schema.ts";

const idForm = /^task_[0-9A-Za-z]{32}$/;

/** Ids that no task can have are missing ones; one past its time is gone, removed or not. */
async function load(tx: Tx, ctx: Ctx, taskId: string, lock = false): Promise<TaskRow> {
  if (!idForm.test(taskId)) throw notFound("task", taskId);
  const found = tx
    .select()
    .from(tasks)
    .where(and(one(ctx.tenantId, taskId), sql`${tasks.expiresAt} > now()`));
  const [row] = await (lock ? found.for("update") : found);
  if (!row) throw notFound("task", taskId);
  return row;
}

/** The same for the maker alone: to every other principal of the tenant there is no such task. */
async function loadOwn(tx: Tx, ctx: Ctx, taskId: string, lock = false): Promise<TaskRow> {
  const row = await load(tx, ctx, taskId, lock);
  if (!isMaker(ctx, row)) throw notFound("task", taskId);
  return row;
}

/** The tenant's tasks, the newest first. */
export async function listTasks(ctx: Ctx, query: TaskQuery): Promise<Page<Task>> {
  authorize(ctx, "tools:read");
  const size = pageSize(query);
  const after = query.cursor ? decodeTimeCursor(query.cursor) : null;
  const { status, search } = query;
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select(listedColumns)
      .from(tasks)
      .where(
        and(
          eq(tasks.tenantId, ctx.tenantId),
          sql`${tasks.expiresAt} > now()`,
          status ? eq(tasks.status, status) : undefined,
          search
            ? or(
                sql`position(lower(${search}) in lower(${tasks.mcpName})) > 0`,
                eq(tasks.taskId, search),
              )
            : undefined,
          after
            ? sql`(${tasks.createdAt}, ${tasks.taskId}) < (${after.at}::timestamptz, ${after.id})`
            : undefined,
        ),
      )
      .orderBy(desc(tasks.createdAt), desc(tasks.taskId))
      .limit(size + 1),
  );
  return toPage(rows, size, (row) => [row.createdAt.toISOString(), row.taskId], toTask);
}

/**
 * One task of the tenant with its arguments and outcome, which those who did not make it need
 * `audit:read` for. Throws `not_found`.
 */
export async function getTask(ctx: Ctx, taskId: string): Promise<TaskDetail> {
  authorize(ctx, "tools:read");
  const row = await withTenant(ctx.tenantId, (tx) => load(tx, ctx, taskId));
  if (!isMaker(ctx, row)) authorize(ctx, "audit:read");
  return toTaskDetail(row);
}

/** A task of the caller's own; `not_found` for everyone else's. */
export async function getOwnTask(ctx: Ctx, taskId: string): Promise<TaskDetail> {
  authorize(ctx, "tools:call");
  return toTaskDetail(await withTenant(ctx.tenantId, (tx) => loadOwn(tx, ctx, taskId)));
}

/** The answers that this round's questions take, by the tool's own names. */
function answersOf(row: TaskRow, given: JsonObject): JsonObject {
  const asked = Object.keys((row.inputRequests ?? {}) as InputRequests);
  return Object.fromEntries(
    asked.flatMap((key) => {
      const name = clientKey(row, key);
      return Object.hasOwn(given, name) ? [[key, given[name]]] : [];
    }),
  );
}

/**
 * Brings answers to what a task of the caller's own asks; the tool runs on, in this process, when
 * none is open any more. Answers to what is not asked (any longer) are ignored. Throws `not_found`.
 */
export async function updateTask(ctx: Ctx, taskId: string, raw: UpdateTaskInput): Promise<void> {
  authorize(ctx, "tools:call");
  const { input_responses } = parse(updateTaskInput, raw);
  const resumed = await withTenant(ctx.tenantId, async (tx) => {
    const row = await loadOwn(tx, ctx, taskId, true);
    if (row.status !== "input_required") return null;
    const answers = { ...(row.inputResponses as JsonObject), ...answersOf(row, input_responses) };
    const open = Object.keys(row.inputRequests as InputRequests).some(
      (key) => !Object.hasOwn(answers, key),
    );
    const change = open
      ? {}
      : {
          status: "working" as const,
          statusMessage: null,
          owner,
          heartbeatAt: sql`now()`,
          // The tool runs on with what the caller may do now.
          permissions: [...ctx.permissions],
          attempts: 1,
        };
    const [after] = await tx
      .update(tasks)
      .set({ inputResponses: answers, updatedAt: sql`now()`, ...change })
      .where(one(ctx.tenantId, taskId))
      .returning();
    return open ? null : after;
  });
  if (resumed) void runHere(resumed);
}

const running = ["working", "input_required"] as const;

/** Cancels it unless it has ended; its run is told, in whatever process it is. */
async function cancel(tx: Tx, ctx: Ctx, row: TaskRow): Promise<TaskRow> {
  const own = isMaker(ctx, row);
  const [after] = await tx
    .update(tasks)
    .set({
      ...ending("cancelled"),
      statusMessage: own ? null : `Cancelled by ${ctx.principal.type} ${ctx.principal.id}`,
      updatedAt: sql`now()`,
    })
    .where(and(one(ctx.tenantId, row.taskId), inArray(tasks.status, running)))
    .returning();
  if (!after) return row;
  if (!own) {
    await audit(tx, ctx, {
      action: "task.cancel",
      target: { type: "task", id: row.taskId },
      before: toTask(row),
      after: toTask(after),
    });
  }
  await announce(tx, { topic: cancelTopic, key: row.taskId });
  return after;
}

/** Cancels a task of the caller's own; one that has ended stays as it is. Throws `not_found`. */
export async function cancelOwnTask(ctx: Ctx, taskId: string): Promise<void> {
  authorize(ctx, "tools:call");
  await withTenant(ctx.tenantId, async (tx) => {
    await cancel(tx, ctx, await loadOwn(tx, ctx, taskId, true));
  });
  stopHere(taskId);
}

/**
 * Cancels a task of the tenant, which those who did not make it need `tools:write` for; one that
 * has ended stays as it is. Throws `not_found`.
 */
export async function cancelTask(ctx: Ctx, taskId: string): Promise<TaskDetail> {
  authorize(ctx, "tools:call");
  const after = await withTenant(ctx.tenantId, async (tx) => {
    const row = await load(tx, ctx, taskId, true);
    if (!isMaker(ctx, row)) authorize(ctx, "tools:write");
    return cancel(tx, ctx, row);
  });
  stopHere(taskId);
  return toTaskDetail(after);
}
