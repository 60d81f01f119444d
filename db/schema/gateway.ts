import { integer, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** A tenant's names for models, each an ordered list of those that are asked. */
export const aiRoutes = pgTable(
  "ai_routes",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    alias: text("alias").notNull(),
    targets: json("targets").$type<{ model: string; weight?: number | undefined }[]>().notNull(),
    timeoutMs: integer("timeout_ms").notNull(),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.alias] })],
);
