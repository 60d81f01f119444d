import { boolean, json, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
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
    description: text("description").notNull().default(""),
    config: json("config").notNull(),
    parameters: json("parameters").notNull(),
    isDynamic: boolean("is_dynamic").notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.toolId] }),
    unique("tools_mcp_name").on(t.tenantId, t.mcpName),
  ],
);
