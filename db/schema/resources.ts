import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
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
    /** How its driver reaches it, besides the address; secrets stand in it by name. */
    connection: json("connection").notNull().default(sql`'{}'`),
    healthMinutes: integer("health_minutes"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.resourceId] }),
    index("resources_granted_only").on(t.tenantId).where(sql`${t.grantedOnly}`),
    index("resources_to_look_at").on(t.tenantId).where(sql`${t.healthMinutes} is not null`),
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

/** What the last look at a resource found. */
export const resourceHealth = pgTable(
  "resource_health",
  {
    tenantId: tenantIdColumn(),
    resourceId: text("resource_id").notNull(),
    isHealthy: boolean("is_healthy").notNull(),
    detail: text("detail").notNull(),
    latencyMs: integer("latency_ms").notNull(),
    checkedAt: time("checked_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.resourceId] }),
    foreignKey({
      name: "resource_health_resource",
      columns: [t.tenantId, t.resourceId],
      foreignColumns: [resources.tenantId, resources.resourceId],
    }).onDelete("cascade"),
  ],
);

/** Runs of the operation that an API resource declares as its deployment. */
export const resourceDeployments = pgTable(
  "resource_deployments",
  {
    tenantId: tenantIdColumn(),
    resourceId: text("resource_id").notNull(),
    deploymentId: text("deployment_id").notNull(),
    state: text("state", { enum: ["running", "succeeded", "failed"] }).notNull(),
    statusCode: integer("status_code"),
    detail: text("detail").notNull().default(""),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    startedAt: time("started_at").notNull(),
    finishedAt: time("finished_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.resourceId, t.deploymentId] }),
    foreignKey({
      name: "resource_deployments_resource",
      columns: [t.tenantId, t.resourceId],
      foreignColumns: [resources.tenantId, resources.resourceId],
    }).onDelete("cascade"),
  ],
);
