import { json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** The context document of an agent. `json`, not `jsonb`, keeps any JSON text, U+0000 included. */
export const memories = pgTable(
  "memories",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    agentId: text("agent_id").notNull(),
    context: json("context").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  // No index on updated_at: without one PostgreSQL rewrites a document in its own page.
  (t) => [primaryKey({ columns: [t.tenantId, t.agentId] })],
);
