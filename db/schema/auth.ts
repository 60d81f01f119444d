import {
  customType,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
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
  /** `key:` or `person:` and who made it; null: whoever runs the deployment. */
  mintedBy: text("minted_by"),
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

/** Accounts that sign in with e-mail and password; both kinds keep the same of them. */
function accounts(name: string, idColumn: string) {
  return pgTable(
    name,
    {
      id: text(idColumn).primaryKey(),
      email: text("email").notNull(),
      passwordHash: text("password_hash").notNull(),
      failedSignIns: integer("failed_sign_ins").notNull().default(0),
      lockedUntil: time("locked_until"),
      /** Raised to end every session of the account. */
      sessionEpoch: integer("session_epoch").notNull().default(0),
      createdAt: createdAt(),
      lastSignInAt: time("last_sign_in_at"),
    },
    (t) => [
      unique(`${name}_email`).on(t.email),
      // What the copies of the address in tenants' tables refer to, so that they follow it.
      ...(name === "users" ? [unique("users_id_email").on(t.id, t.email)] : []),
      index(`${name}_by_creation`).on(t.createdAt),
    ],
  );
}

/** People who run the deployment. */
export const operators = accounts("operators", "operator_id");

/** Everybody else who signs in; what they may do is said by their memberships. */
export const users = accounts("users", "user_id");

/** Who belongs to a tenant, and as what. The address is a copy, which the foreign key keeps true. */
export const tenantMembers = pgTable(
  "tenant_members",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    userId: text("user_id").notNull(),
    email: text("email").notNull(),
    role: text("role", { enum: ["owner", "admin", "developer", "billing", "viewer"] }).notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.userId] }),
    unique("tenant_members_email").on(t.tenantId, t.email),
    foreignKey({
      name: "tenant_members_user",
      columns: [t.userId, t.email],
      foreignColumns: [users.id, users.email],
    })
      .onDelete("cascade")
      .onUpdate("cascade"),
    index("tenant_members_of_user").on(t.userId),
  ],
);
