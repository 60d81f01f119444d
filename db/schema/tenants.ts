import { sql } from "drizzle-orm";
import { bigint, check, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";

/** One row a tenant; `tenant_id` is the client's own slug. */
export const tenants = pgTable(
  "tenants",
  {
    tenantId: text("tenant_id").primaryKey(),
    name: text("name").notNull(),
    status: text("status", { enum: ["active", "suspended"] })
      .notNull()
      .default("active"),
    mcpConfig: json("mcp_config").notNull(),
    toolLimits: json("tool_limits").notNull(),
    resourceLimits: json("resource_limits").notNull(),
    aiProviders: json("ai_providers").notNull(),
    egressAllow: text("egress_allow").array().notNull().default(sql`'{}'`),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [check("tenants_slug", sql`${t.tenantId} ~ '^[a-z0-9]([a-z0-9_-]{0,62}[a-z0-9])?$'`)],
);

/**
 * How many rows of a kind a tenant has and may have. Triggers on the counted tables keep `used`,
 * and raise SQLSTATE TS001 when an insert would pass `maximum`: the row's lock makes that exact.
 */
export const tenantQuotas = pgTable(
  "tenant_quotas",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    quota: text("quota").notNull(),
    used: bigint("used", { mode: "number" }).notNull().default(0),
    maximum: bigint("maximum", { mode: "number" }),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.quota] })],
);
