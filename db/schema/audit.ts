import { sql } from "drizzle-orm";
import { index, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenantIdColumn, time } from "./columns.ts";

const entryColumns = {
  /** UUID version 7: the order of entries is the order of ids. */
  entryId: text("entry_id").notNull(),
  at: time("at").notNull().defaultNow(),
  action: text("action").notNull(),
  principalType: text("principal_type").notNull(),
  principalId: text("principal_id").notNull(),
  targetType: text("target_type").notNull(),
  targetId: text("target_id").notNull(),
  ip: text("ip"),
  requestId: text("request_id").notNull(),
  before: json("before"),
  after: json("after"),
};

/** Who did what inside a tenant. Append-only: no role but the owner may update or delete. */
export const auditEntries = pgTable(
  "audit_entries",
  { tenantId: tenantIdColumn(), ...entryColumns },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.entryId] }),
    index("audit_births").on(t.tenantId, t.entryId).where(sql`${t.action} = 'tenant.create'`),
    index("audit_erasures").on(t.tenantId, t.entryId).where(sql`${t.action} = 'memory.erase'`),
  ],
);

/** Who did what to the deployment: tenants, platform keys, sign-ins. Append-only likewise. */
export const platformAuditEntries = pgTable("platform_audit_entries", entryColumns, (t) => [
  primaryKey({ columns: [t.entryId] }),
]);
