import { setTimeout as wait } from "node:timers/promises";
import type { ClientCapabilities } from "@modelcontextprotocol/server";
import { and, eq, sql } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError, notFound } from "#lib/core/errors.ts";
import { randomText } from "#lib/core/ids.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { asLimitExceeded } from "#lib/tenants/limits.ts";
import { type InputRequired, isInputRequired } from "#lib/tools/calls/client.ts";
import { mayCall } from "#lib/tools/governance/visibility.ts";
import { one, type TaskRow, toTaskDetail } from "./row.ts";
import { runHere } from "./run.ts";
import { owner, running } from "./running.ts";
import type { TaskDetail } from "./schema.ts";
import { findTraits } from "./traits.ts";

const ttlMs = 24 * 3_600_000;
const pollIntervalMs = 1_000;
/** How long a call waits for a tool that may ask its client before the task begins. */
const askFirstMs = 1_000;

/** A tool call that is to be a task. */
export interface TaskCall {
  mcpName: string;
  arguments: JsonObject;
  /** What the client can be asked for; null: nothing. */
  capabilities: ClientCapabilities | null;
  /** Of a call that comes back with answers (multi-round requests). */
  inputResponses?: JsonObject | undefined;
  requestState?: JsonObject | undefined;
}

function limitError(error: unknown): unknown {
  const limit = asLimitExceeded(error);
  if (!limit) return error;
  const { value } = limit.extra;
  return new AppError(
    "limit_exceeded",
    `As many tasks run or wait for input as the tenant may have at a time (max_running_tasks is ${value}). Wait until one has ended, answer or cancel one, or have the operator raise the limit.`,
    { extra: limit.extra, cause: error },
  );
}

async function insert(ctx: Ctx, call: TaskCall, toolId: string): Promise<TaskRow> {
  const { principal } = ctx;
  const values = {
    tenantId: ctx.tenantId,
    // Knowing the id is all that an MCP client shows besides its credential.
    taskId: `task_${randomText(32)}`,
    principalType: principal.type,
    principalId: principal.id,
    principal,
    permissions: [...ctx.permissions],
    ip: ctx.ip,
    requestId: ctx.requestId,
    toolId,
    mcpName: call.mcpName,
    arguments: call.arguments,
    capabilities: call.capabilities,
    inputResponses: call.inputResponses ?? null,
    state: call.requestState ?? null,
    ttlMs,
    expiresAt: new Date(Date.now() + ttlMs),
    pollIntervalMs,
    owner,
    heartbeatAt: sql`now()`,
  };
  const [row] = await withTenant(ctx.tenantId, (tx) => tx.insert(tasks).values(values).returning());
  if (!row) throw new Error("The insert returned no row");
  return row;
}

/** Removes a task that has turned out to be a question of the call itself. */
async function withdraw(row: TaskRow): Promise<void> {
  await withTenant(row.tenantId, (tx) =>
    tx
      .delete(tasks)
      .where(and(one(row.tenantId, row.taskId), eq(tasks.owner, owner)))
      .returning({ taskId: tasks.taskId }),
  );
}

async function get(row: TaskRow): Promise<TaskRow> {
  const [now] = await withTenant(row.tenantId, (tx) =>
    tx.select().from(tasks).where(one(row.tenantId, row.taskId)),
  );
  return now ?? row;
}

/**
 * Calls a tool as a task: the row is committed, then the tool runs in this process, and the answer
 * does not wait for it. A tool that is always a task may ask its client before it begins: when it
 * does so at once, the answer is what it asks, and there is no task yet. Throws `not_found` for a
 * tool that is not there, and `limit_exceeded` past `max_running_tasks`.
 */
export async function startTask(
  ctx: Ctx,
  call: TaskCall,
): Promise<{ task: TaskDetail } | { asks: InputRequired }> {
  authorize(ctx, "tools:call");
  const traits = await findTraits(ctx.tenantId, call.mcpName);
  if (!traits || !(await mayCall(ctx, traits.toolId))) throw notFound("tool", call.mcpName);
  const row = await insert(ctx, call, traits.toolId).catch((error: unknown) => {
    throw limitError(error);
  });
  if (traits.taskSupport !== "required") {
    void runHere(row);
    return { task: toTaskDetail(row) };
  }
  let asks: InputRequired | undefined;
  let mayAsk = true;
  const done = runHere(row, (outcome) => {
    if (!mayAsk || !isInputRequired(outcome)) return false;
    asks = outcome;
    return true;
  });
  const timeout = new AbortController();
  await Promise.race([done, wait(askFirstMs, null, { signal: timeout.signal }).catch(() => null)]);
  timeout.abort();
  mayAsk = false;
  if (!asks) return { task: toTaskDetail(running.has(row.taskId) ? row : await get(row)) };
  await withdraw(row);
  return { asks };
}
