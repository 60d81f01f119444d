import { sql } from "drizzle-orm";
import {
  customType,
  foreignKey,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
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

/** What PostgreSQL's full text search reads. */
const tsvector = customType<{ data: string }>({ dataType: () => "tsvector" });

/** A memory as an item: what an agent keeps under a namespace and a key. */
export const memoryItems = pgTable(
  "memory_items",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    itemId: text("item_id").notNull(),
    agentId: text("agent_id").notNull(),
    namespace: text("namespace").notNull(),
    key: text("key").notNull(),
    /** Any JSON value; text is a JSON string. */
    content: json("content").notNull(),
    tags: text("tags").array().notNull().default([]),
    importance: integer("importance").notNull().default(50),
    /** Whom it is about, for an erasure request of theirs. */
    subjectId: text("subject_id"),
    version: integer("version").notNull().default(1),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
    expiresAt: time("expires_at"),
    /** When it was put into the trash. */
    deletedAt: time("deleted_at"),
    /** The text search configuration that `document` was made with. */
    language: text("language").notNull().default("simple"),
    /** Its words, and a label each for tenant, agent, namespace and tags. */
    document: tsvector("document"),
    /** What trigrams are taken of: key, tags and the beginning of the content. */
    head: text("head"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.itemId] }),
    uniqueIndex("memory_items_place").on(t.tenantId, t.agentId, t.namespace, t.key),
    // Without the list of what is pending, which each search would have to read through.
    index("memory_items_words")
      .using("gin", t.document)
      .with({ fastupdate: "off" })
      .where(sql`${t.deletedAt} is null`),
    index("memory_items_newest").on(t.tenantId, t.updatedAt).where(sql`${t.deletedAt} is null`),
    index("memory_items_least")
      .on(t.tenantId, t.importance, t.updatedAt)
      .where(sql`${t.deletedAt} is null`),
    index("memory_items_trash").on(t.tenantId, t.deletedAt).where(sql`${t.deletedAt} is not null`),
    index("memory_items_expiry").on(t.tenantId, t.expiresAt).where(sql`${t.expiresAt} is not null`),
    index("memory_items_language").on(t.tenantId, t.language),
    index("memory_items_subject")
      .on(t.tenantId, t.subjectId)
      .where(sql`${t.subjectId} is not null`),
  ],
);

/** What an item was before each of its latest writes. */
export const memoryVersions = pgTable(
  "memory_versions",
  {
    tenantId: tenantIdColumn(),
    itemId: text("item_id").notNull(),
    version: integer("version").notNull(),
    content: json("content").notNull(),
    tags: text("tags").array().notNull(),
    importance: integer("importance").notNull(),
    subjectId: text("subject_id"),
    expiresAt: time("expires_at"),
    /** When this version was written, which is not when it was replaced. */
    writtenAt: time("written_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.itemId, t.version] }),
    foreignKey({
      name: "memory_versions_item",
      columns: [t.tenantId, t.itemId],
      foreignColumns: [memoryItems.tenantId, memoryItems.itemId],
    }).onDelete("cascade"),
    index("memory_versions_subject")
      .on(t.tenantId, t.subjectId)
      .where(sql`${t.subjectId} is not null`),
  ],
);

/** How long the entries of a namespace are kept after their last write, whichever agent's. */
export const memoryNamespaces = pgTable(
  "memory_namespaces",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    namespace: text("namespace").notNull(),
    ttlSeconds: integer("ttl_seconds").notNull(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.namespace] })],
);

/** Who besides an agent itself may use a namespace of its memory; `*` is all of them. */
export const memoryGrants = pgTable(
  "memory_grants",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    agentId: text("agent_id").notNull(),
    namespace: text("namespace").notNull(),
    granteeType: text("grantee_type", {
      enum: ["key", "agent", "role", "member", "app"],
    }).notNull(),
    granteeId: text("grantee_id").notNull(),
    access: text("access", { enum: ["read", "write"] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({
      name: "memory_grants_pk",
      columns: [t.tenantId, t.agentId, t.namespace, t.granteeType, t.granteeId],
    }),
  ],
);

/** Items whose text is still to be embedded, since their last write or a change of the model. */
export const memoryEmbeddingQueue = pgTable(
  "memory_embedding_queue",
  {
    tenantId: tenantIdColumn(),
    itemId: text("item_id").notNull(),
    /** When it is tried; later than now while a process is at it or waits after a failure. */
    dueAt: time("due_at").notNull().defaultNow(),
    attempts: integer("attempts").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.itemId] }),
    foreignKey({
      name: "memory_embedding_queue_item",
      columns: [t.tenantId, t.itemId],
      foreignColumns: [memoryItems.tenantId, memoryItems.itemId],
    }).onDelete("cascade"),
    index("memory_embedding_queue_due").on(t.tenantId, t.attempts, t.dueAt),
  ],
);

/** How the embedding of a tenant's items goes. The vectors' own table: `ensure_memory_embeddings`. */
export const memoryEmbeddingStates = pgTable(
  "memory_embedding_states",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    /** `<provider>/<model>` that all items were last queued for. */
    model: text("model").notNull(),
    /** Requests that failed in a row, and when the next may be made. */
    failures: integer("failures").notNull().default(0),
    retryAt: time("retry_at"),
    problem: text("problem"),
  },
  (t) => [primaryKey({ columns: [t.tenantId] })],
);
