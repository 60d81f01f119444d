import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  json,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
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
    /** The ceiling of what anyone may do with it; none named: `read`. */
    accessPermissions: text("access_permissions").array().notNull(),
    /** Once it was granted to somebody, it is open to nobody else, also when all grants are gone. */
    grantedOnly: boolean("granted_only").notNull().default(false),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.resourceId] }),
    index("resources_granted_only").on(t.tenantId).where(sql`${t.grantedOnly}`),
  ],
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

/** Who may do what with a resource; read by lib/resources/access. */
export const resourceGrants = pgTable(
  "resource_grants",
  {
    tenantId: tenantIdColumn(),
    resourceId: text("resource_id").notNull(),
    grantId: text("grant_id").notNull(),
    subjectType: text("subject_type", {
      enum: ["role", "member", "key", "agent", "client"],
    }).notNull(),
    subjectId: text("subject_id").notNull(),
    permissions: text("permissions").array().notNull(),
    conditions: json("conditions").notNull(),
    /** Null: until it is taken back. */
    expiresAt: time("expires_at"),
    /** Who granted it, or changed it last. */
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.resourceId, t.grantId] }),
    foreignKey({
      name: "resource_grants_resource",
      columns: [t.tenantId, t.resourceId],
      foreignColumns: [resources.tenantId, resources.resourceId],
    }).onDelete("cascade"),
  ],
);
