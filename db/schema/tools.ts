import { sql } from "drizzle-orm";
import { boolean, integer, json, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** A tenant's tools; `mcp_name` is the name that MCP clients call it by. */
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
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId] }),
    unique("tools_mcp_name").on(t.tenantId, t.mcpName),
  ],
);
