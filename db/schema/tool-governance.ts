import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";
import { tools } from "./tools.ts";

const ownTenant = () =>
  tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" });

/** Who wrote a row last. */
const author = () => ({
  principalType: text("principal_type").notNull(),
  principalId: text("principal_id").notNull(),
});

/** How a tool's calls are governed; a tool without a row is free. */
export const toolPolicies = pgTable(
  "tool_policies",
  {
    tenantId: ownTenant(),
    toolId: text("tool_id").notNull(),
    enabled: boolean("enabled").notNull().default(true),
    /** Why it is disabled, as its callers are told. */
    disabledReason: text("disabled_reason"),
    approval: text("approval", { enum: ["never", "destructive", "always"] })
      .notNull()
      .default("never"),
    /** Null: results are not kept. */
    cacheTtlSeconds: integer("cache_ttl_seconds"),
    cacheScope: text("cache_scope", { enum: ["principal", "tenant"] })
      .notNull()
      .default("principal"),
    /** In each process; null: any number. */
    maxConcurrent: integer("max_concurrent"),
    maxQueue: integer("max_queue").notNull().default(0),
    maxQueueMs: integer("max_queue_ms").notNull().default(5_000),
    ...author(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId] }),
    foreignKey({
      name: "tool_policies_tool",
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
  ],
);

/** Who may call a tool; one without rows is open to the whole tenant. */
export const toolGrants = pgTable(
  "tool_grants",
  {
    tenantId: ownTenant(),
    toolId: text("tool_id").notNull(),
    granteeType: text("grantee_type", {
      enum: ["key", "agent", "role", "member", "app"],
    }).notNull(),
    granteeId: text("grantee_id").notNull(),
    ...author(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId, t.granteeType, t.granteeId] }),
    foreignKey({
      name: "tool_grants_tool",
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
  ],
);

/** How often tools may be called, by whom; every limit that fits a call holds. */
export const toolLimits = pgTable(
  "tool_limits",
  {
    tenantId: ownTenant(),
    limitId: text("limit_id").notNull(),
    /** Null: calls of every tool, counted together. */
    toolId: text("tool_id"),
    /** Null: all callers, counted together. `*`: each by itself. Else that agent. */
    agentId: text("agent_id"),
    callsPerMinute: integer("calls_per_minute"),
    callsPerDay: integer("calls_per_day"),
    ...author(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.limitId] }),
    unique("tool_limits_subject").on(t.tenantId, t.toolId, t.agentId).nullsNotDistinct(),
    foreignKey({
      name: "tool_limits_tool",
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
  ],
);

/** Calls counted against a daily limit. The check refuses the one too many, whoever makes it. */
export const toolDailyCalls = pgTable(
  "tool_daily_calls",
  {
    tenantId: ownTenant(),
    limitId: text("limit_id").notNull(),
    /** Whose count it is: an agent, a caller without one, or empty for all together. */
    caller: text("caller").notNull(),
    /** Midnight, UTC. */
    day: time("day").notNull(),
    calls: integer("calls").notNull().default(0),
    maximum: integer("maximum").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.limitId, t.caller, t.day] }),
    index("tool_daily_calls_by_day").on(t.day),
    check("tool_daily_calls_exceeded", sql`${t.calls} <= ${t.maximum}`),
  ],
);

/** What is stopped at once: a tool, an agent, or every tool of the tenant. */
export const killSwitches = pgTable(
  "kill_switches",
  {
    tenantId: ownTenant(),
    switchId: text("switch_id").notNull(),
    scope: text("scope", { enum: ["tenant", "agent", "tool"] }).notNull(),
    /** The agent or the tool; empty for the tenant. */
    targetId: text("target_id").notNull(),
    /** The tool again, so that the tenant's own switch goes with it. */
    toolId: text("tool_id"),
    /** The tool's name when the operator stopped it: whatever has it then is stopped as well. */
    mcpName: text("mcp_name"),
    reason: text("reason").notNull(),
    /** Set by whoever runs the deployment, who alone may lift it. */
    byPlatform: boolean("by_platform").notNull(),
    ...author(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.switchId] }),
    unique("kill_switches_target").on(t.tenantId, t.scope, t.targetId),
    foreignKey({
      name: "kill_switches_tool",
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
  ],
);

const approvalStatuses = ["pending", "approved", "denied", "used", "expired"] as const;

/** Calls that wait for somebody's word. One that is approved lets the very same call through once. */
export const toolApprovals = pgTable(
  "tool_approvals",
  {
    tenantId: ownTenant(),
    approvalId: text("approval_id").notNull(),
    toolId: text("tool_id").notNull(),
    mcpName: text("mcp_name").notNull(),
    /** Who asked. */
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    agentId: text("agent_id"),
    /** The person for whom an application asked. */
    userId: text("user_id"),
    /** SHA-256 of the tool's state and the arguments. */
    callHash: text("call_hash").notNull(),
    /** The arguments as they may be shown. */
    arguments: json("arguments").notNull(),
    requestId: text("request_id").notNull(),
    status: text("status", { enum: approvalStatuses }).notNull().default("pending"),
    createdAt: createdAt(),
    expiresAt: time("expires_at").notNull(),
    deciderType: text("decider_type"),
    deciderId: text("decider_id"),
    note: text("note"),
    decidedAt: time("decided_at"),
    usedAt: time("used_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.approvalId] }),
    foreignKey({
      name: "tool_approvals_tool",
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
    index("tool_approvals_by_creation").on(t.tenantId, t.createdAt.desc(), t.approvalId.desc()),
    index("tool_approvals_expiry").on(t.expiresAt),
    // Of a call that is asked for twice at a time there is one request.
    uniqueIndex("tool_approvals_open")
      .on(t.tenantId, t.toolId, t.principalId, t.callHash)
      .where(sql`${t.status} in ('pending', 'approved')`),
  ],
);
