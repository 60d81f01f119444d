import { sql } from "drizzle-orm";
import {
  boolean,
  foreignKey,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/**
 * A tenant's tools, each as its published revision says it, or its draft while none was ever
 * published. `mcp_name` is the name that MCP clients call it by; live tools alone hold theirs.
 */
export const tools = pgTable(
  "tools",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    toolId: text("tool_id").notNull(),
    name: text("name").notNull(),
    mcpName: text("mcp_name").notNull(),
    title: text("title"),
    description: text("description").notNull().default(""),
    config: json("config").notNull(),
    parameters: json("parameters").notNull(),
    outputSchema: json("output_schema"),
    annotations: json("annotations").notNull().default(sql`'{}'`),
    icons: json("icons").notNull().default(sql`'[]'`),
    /** MCP's `_meta`, sent along with the tool in lists. */
    meta: json("meta").notNull().default(sql`'{}'`),
    confirm: text("confirm", { enum: ["never", "destructive", "always"] })
      .notNull()
      .default("destructive"),
    pinned: boolean("pinned").notNull().default(false),
    taskSupport: text("task_support", { enum: ["forbidden", "optional", "required"] })
      .notNull()
      .default("forbidden"),
    /** The whole call; null: as long as the runtime allows. */
    timeoutMs: integer("timeout_ms"),
    isDynamic: boolean("is_dynamic").notNull().default(false),
    /** The revision that calls run; null: none was ever published. */
    publishedRevision: integer("published_revision"),
    /** A revision that is saved and not published yet. */
    draftRevision: integer("draft_revision"),
    /** The highest number given out. */
    latestRevision: integer("latest_revision").notNull().default(0),
    archivedAt: time("archived_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId] }),
    uniqueIndex("tools_mcp_name")
      .on(t.tenantId, t.mcpName)
      .where(sql`published_revision is not null and archived_at is null`),
  ],
);

/**
 * What a tool was at each save. The app role can add rows and read them, never change one; a trigger
 * lets it prune what is older than the newest 200 and neither published nor a draft.
 */
export const toolRevisions = pgTable(
  "tool_revisions",
  {
    tenantId: tenantIdColumn(),
    toolId: text("tool_id").notNull(),
    revision: integer("revision").notNull(),
    name: text("name").notNull(),
    /** Everything that defines the tool. */
    document: json("document").notNull(),
    note: text("note").notNull().default(""),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId, t.revision] }),
    foreignKey({
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
  ],
);

/** Saved runs of a tool, which can be replayed against any of its revisions. */
export const toolExamples = pgTable(
  "tool_examples",
  {
    tenantId: tenantIdColumn(),
    toolId: text("tool_id").notNull(),
    exampleId: text("example_id").notNull(),
    name: text("name").notNull(),
    arguments: json("arguments").notNull(),
    expectation: json("expectation").notNull(),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId, t.exampleId] }),
    foreignKey({
      columns: [t.tenantId, t.toolId],
      foreignColumns: [tools.tenantId, tools.toolId],
    }).onDelete("cascade"),
  ],
);
