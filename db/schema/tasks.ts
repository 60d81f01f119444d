import { sql } from "drizzle-orm";
import { boolean, index, integer, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

const taskStatuses = ["working", "input_required", "completed", "failed", "cancelled"] as const;

/** Tool calls that outlive their request, and their outcomes. Triggers count those that run. */
export const tasks = pgTable(
  "tasks",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    taskId: text("task_id").notNull(),
    /** Who made it: no other principal may ask MCP for it. */
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    /** The same in whole, with its permissions at that time, to run on in another process. */
    principal: json("principal").notNull(),
    permissions: text("permissions").array().notNull(),
    ip: text("ip"),
    requestId: text("request_id").notNull(),
    toolId: text("tool_id").notNull(),
    mcpName: text("mcp_name").notNull(),
    arguments: json("arguments").notNull(),
    /** What its client can be asked for; null: nothing. */
    capabilities: json("capabilities"),
    status: text("status", { enum: taskStatuses }).notNull().default("working"),
    statusMessage: text("status_message"),
    /** What the tool asks in this round, by its own names; null: nothing. */
    inputRequests: json("input_requests"),
    /** The answers of this round, or the last one, by the same names. */
    inputResponses: json("input_responses"),
    /** How often the tool has asked. */
    rounds: integer("rounds").notNull().default(0),
    /** What the tool left for itself when it asked. */
    state: json("state"),
    result: json("result"),
    /** Whether the result says that the tool failed, for lists, which do not read results. */
    isError: boolean("is_error"),
    error: json("error"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    endedAt: time("ended_at"),
    ttlMs: integer("ttl_ms").notNull(),
    expiresAt: time("expires_at").notNull(),
    pollIntervalMs: integer("poll_interval_ms").notNull(),
    /** The process that runs it, while it is working. */
    owner: text("owner"),
    heartbeatAt: time("heartbeat_at"),
    /** How many processes have begun to run it since it last asked for input. */
    attempts: integer("attempts").notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.taskId] }),
    index("tasks_by_creation").on(t.tenantId, t.createdAt.desc(), t.taskId.desc()),
    index("tasks_working").on(t.heartbeatAt).where(sql`${t.status} = 'working'`),
    index("tasks_expiry").on(t.expiresAt),
  ],
);
