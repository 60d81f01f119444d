import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { tenantMembers } from "./auth.ts";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** MCP servers of others that a tenant registered: its tools call them, their lists come along. */
export const upstreams = pgTable(
  "upstreams",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    upstreamId: text("upstream_id").notNull(),
    name: text("name").notNull(),
    /** What the names of its tools and prompts begin with here. */
    prefix: text("prefix").notNull(),
    transport: json("transport").notNull(),
    auth: json("auth").notNull(),
    enabled: boolean("enabled").notNull().default(true),
    exposeResources: boolean("expose_resources").notNull().default(false),
    exposePrompts: boolean("expose_prompts").notNull().default(false),
    timeoutMs: integer("timeout_ms").notNull(),
    /** What becomes of a tool that it offers for the first time. */
    newTools: text("new_tools", { enum: ["hold", "accept"] })
      .notNull()
      .default("hold"),
    /** Health, written as calls find it: at each turn, else once a minute at most. */
    status: text("status", { enum: ["unknown", "ok", "failing", "unauthorized"] })
      .notNull()
      .default("unknown"),
    lastOkAt: time("last_ok_at"),
    lastErrorAt: time("last_error_at"),
    lastError: text("last_error"),
    protocolVersion: text("protocol_version"),
    /** How the server names itself. */
    serverInfo: json("server_info"),
    createdAt: createdAt(),
    /** Of the configuration: what connections were opened with. */
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.upstreamId] }),
    uniqueIndex("upstreams_prefix").on(t.tenantId, t.prefix),
  ],
);

/** What an upstream's authorization server gave us, for the tenant or for one person. */
export const upstreamTokens = pgTable(
  "upstream_tokens",
  {
    tenantId: tenantIdColumn(),
    upstreamId: text("upstream_id").notNull(),
    /** `tenant`, or `user:<id>`. */
    subject: text("subject").notNull(),
    /** The member that the account is of; a membership that ends takes it along. */
    memberId: text("member_id").generatedAlwaysAs(
      sql`CASE WHEN subject LIKE 'user:usr\\_%' THEN substr(subject, 6) END`,
    ),
    /** Tokens, registration and what was discovered; null until the first authorization ends. */
    sealed: text("sealed"),
    /** An authorization that a person has begun; the next one takes its place. */
    pendingSealed: text("pending_sealed"),
    pendingUntil: time("pending_until"),
    /** What the authorization server calls the account, where it says so. */
    account: text("account"),
    /** The address of the person who connected it. */
    connectedBy: text("connected_by"),
    connectedAt: time("connected_at"),
    expiresAt: time("expires_at"),
    /** A refresh token is among them. */
    renewable: boolean("renewable").notNull().default(false),
    /** `ended`: a person must connect again. `failed`: the last attempt to connect or renew did. */
    failure: text("failure", { enum: ["ended", "failed"] }),
    failureDetail: text("failure_detail"),
    /** The one process that refreshes the tokens now. */
    refreshingUntil: time("refreshing_until"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.upstreamId, t.subject] }),
    foreignKey({
      columns: [t.tenantId, t.upstreamId],
      foreignColumns: [upstreams.tenantId, upstreams.upstreamId],
    }).onDelete("cascade"),
    foreignKey({
      name: "upstream_tokens_member",
      columns: [t.tenantId, t.memberId],
      foreignColumns: [tenantMembers.tenantId, tenantMembers.userId],
    }).onDelete("cascade"),
    index("upstream_tokens_of_member").on(t.tenantId, t.memberId),
  ],
);
