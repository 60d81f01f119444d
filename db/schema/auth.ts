import { customType, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time } from "./columns.ts";
import { tenants } from "./tenants.ts";

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });

const keyColumns = {
  keyId: text("key_id").notNull(),
  name: text("name").notNull(),
  keyHash: bytea("key_hash").notNull(),
  /** First characters of the key, to recognise it by. */
  hint: text("hint").notNull(),
  scopes: text("scopes").array().notNull(),
  agentId: text("agent_id"),
  createdAt: createdAt(),
  expiresAt: time("expires_at"),
  revokedAt: time("revoked_at"),
  lastUsedAt: time("last_used_at"),
  /** The key that this one replaces after a rotation. */
  rotatedFrom: text("rotated_from"),
};

/** Tenant API keys, stored as SHA-256. */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    ...keyColumns,
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.keyId] }),
    unique("api_keys_hash").on(t.tenantId, t.keyHash),
  ],
);

/** Keys of the deployment itself: they may act for every tenant. */
export const platformKeys = pgTable("platform_keys", keyColumns, (t) => [
  primaryKey({ columns: [t.keyId] }),
  unique("platform_keys_hash").on(t.keyHash),
]);

/** People who may sign in to the console. */
export const operators = pgTable(
  "operators",
  {
    operatorId: text("operator_id").primaryKey(),
    email: text("email").notNull(),
    passwordHash: text("password_hash").notNull(),
    failedSignIns: integer("failed_sign_ins").notNull().default(0),
    lockedUntil: time("locked_until"),
    /** Raised to end every session of the operator. */
    sessionEpoch: integer("session_epoch").notNull().default(0),
    createdAt: createdAt(),
    lastSignInAt: time("last_sign_in_at"),
  },
  (t) => [unique("operators_email").on(t.email), index("operators_by_creation").on(t.createdAt)],
);
