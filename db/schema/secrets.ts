import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** A tenant's secrets, which its tools use by name; the value is sealed and never shown. */
export const secrets = pgTable(
  "secrets",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description").notNull().default(""),
    valueSealed: text("value_sealed").notNull(),
    /** Counts the values that it has had. */
    version: integer("version").notNull().default(1),
    /** Ids of the tools that may use it; null: any that names it. */
    allowedTools: text("allowed_tools").array(),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    lastUsedAt: time("last_used_at"),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.name] })],
);
