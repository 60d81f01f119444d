import { sql } from "drizzle-orm";
import {
  bigint,
  customType,
  foreignKey,
  json,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
});

/**
 * A tenant's registered resources. `uri_sealed` and `source_sealed` are the whole address where it
 * carries a password; the columns beside them show it masked.
 */
export const resources = pgTable(
  "resources",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    resourceId: text("resource_id").notNull(),
    name: text("name").notNull(),
    title: text("title"),
    type: text("type").notNull(),
    uri: text("uri").notNull(),
    uriSealed: text("uri_sealed"),
    /** Where the resource is read from, when that is not its own URI. */
    source: text("source"),
    sourceSealed: text("source_sealed"),
    mimeType: text("mime_type"),
    description: text("description").notNull().default(""),
    icons: json("icons").notNull().default(sql`'[]'`),
    annotations: json("annotations").notNull().default(sql`'{}'`),
    metadata: json("metadata").notNull(),
    accessPermissions: text("access_permissions").array().notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.resourceId] })],
);

/** The bytes of resources that are kept here; triggers count them as the quota `storage_bytes`. */
export const resourceContents = pgTable(
  "resource_contents",
  {
    tenantId: tenantIdColumn(),
    resourceId: text("resource_id").notNull(),
    content: bytes("content").notNull(),
    mimeType: text("mime_type").notNull(),
    /** Never null: the content is not, and PostgreSQL computes it. */
    size: bigint("size", { mode: "number" }).generatedAlwaysAs(sql`octet_length(content)`),
    sha256: text("sha256").notNull(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.resourceId] }),
    foreignKey({
      name: "resource_contents_resource",
      columns: [t.tenantId, t.resourceId],
      foreignColumns: [resources.tenantId, resources.resourceId],
    }).onDelete("cascade"),
  ],
);
