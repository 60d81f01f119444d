import type { InputRequest } from "@modelcontextprotocol/server";
import { and, eq } from "drizzle-orm";
import { tasks } from "#db/schema/tasks.ts";
import { mintTenantId } from "#lib/auth/identity.ts";
import type { Ctx, Principal } from "#lib/core/ctx.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { allPermissions } from "#lib/core/permissions.ts";
import type { CallToolResult } from "#lib/tools/schema.ts";
import type { Task, TaskDetail, TaskError } from "./schema.ts";

export type TaskRow = typeof tasks.$inferSelect;

/** One task of a tenant. */
export function one(tenantId: string, taskId: string) {
  return and(eq(tasks.tenantId, tenantId), eq(tasks.taskId, taskId));
}

/** The maker of a task, as it was then: what the tool runs as, in whatever process. */
export function makerOf(row: TaskRow): Ctx {
  return {
    requestId: row.requestId,
    principal: row.principal as Principal,
    permissions: new Set(allPermissions.filter((each) => row.permissions.includes(each))),
    ip: row.ip,
    tenantId: mintTenantId(row.tenantId),
  };
}

export function isMaker(ctx: Ctx, row: TaskRow): boolean {
  return ctx.principal.type === row.principalType && ctx.principal.id === row.principalId;
}

export type InputRequests = Record<string, InputRequest>;

/**
 * The key that a question has for clients: a tool may ask the same again in a later round, and the
 * extension wants every key of a task to be used once.
 */
export function clientKey(row: TaskRow, key: string): string {
  return `${row.rounds}-${key}`;
}

/** The questions that are still open, by the keys that clients know them by. */
function openRequests(row: TaskRow): InputRequests | null {
  if (row.status !== "input_required") return null;
  const answered = (row.inputResponses ?? {}) as JsonObject;
  const open = Object.entries((row.inputRequests ?? {}) as InputRequests).filter(
    ([key]) => !Object.hasOwn(answered, key),
  );
  return Object.fromEntries(open.map(([key, request]) => [clientKey(row, key), request]));
}

/** What a list shows of a task: its documents may be large, and stay where they are. */
export const listedColumns = {
  tenantId: tasks.tenantId,
  taskId: tasks.taskId,
  toolId: tasks.toolId,
  mcpName: tasks.mcpName,
  status: tasks.status,
  statusMessage: tasks.statusMessage,
  isError: tasks.isError,
  principalType: tasks.principalType,
  principalId: tasks.principalId,
  requestId: tasks.requestId,
  createdAt: tasks.createdAt,
  updatedAt: tasks.updatedAt,
  endedAt: tasks.endedAt,
  expiresAt: tasks.expiresAt,
  ttlMs: tasks.ttlMs,
  pollIntervalMs: tasks.pollIntervalMs,
};

export function toTask(row: Pick<TaskRow, keyof typeof listedColumns>): Task {
  return {
    task_id: row.taskId,
    tenant_id: row.tenantId,
    tool_id: row.toolId,
    mcp_name: row.mcpName,
    status: row.status,
    status_message: row.statusMessage,
    is_error: row.isError,
    principal_type: row.principalType,
    principal_id: row.principalId,
    request_id: row.requestId,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null,
    expires_at: row.expiresAt.toISOString(),
    ttl_ms: row.ttlMs,
    poll_interval_ms: row.pollIntervalMs,
  };
}

export function toTaskDetail(row: TaskRow): TaskDetail {
  return {
    ...toTask(row),
    arguments: row.arguments as JsonObject,
    input_requests: openRequests(row) as TaskDetail["input_requests"],
    result: row.result as CallToolResult | null,
    error: row.error as TaskError | null,
  };
}
