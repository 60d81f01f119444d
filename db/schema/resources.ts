import { json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** A tenant's registered resources. `uri_secret` is the sealed URI where it carries a password. */
export const resources = pgTable(
  "resources",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    resourceId: text("resource_id").notNull(),
    name: text("name").notNull(),
    type: text("type").notNull(),
    uri: text("uri").notNull(),
    uriSealed: text("uri_sealed"),
    description: text("description").notNull().default(""),
    metadata: json("metadata").notNull(),
    accessPermissions: text("access_permissions").array().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.resourceId] })],
);
