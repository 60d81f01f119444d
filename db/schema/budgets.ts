import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

const micros = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

/** What may be spent on models in a day or a month; every budget that fits a call holds. */
export const budgets = pgTable(
  "budgets",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    budgetId: text("budget_id").notNull(),
    scope: text("scope", { enum: ["tenant", "key", "agent"] }).notNull(),
    /** The key or the agent; empty for the tenant. */
    targetId: text("target_id").notNull(),
    /** As `date_trunc` names it. */
    period: text("period", { enum: ["day", "month"] }).notNull(),
    limitMicros: bigint("limit_micros", { mode: "number" }).notNull(),
    /** What becomes of a call that nobody can price. */
    unpriced: text("unpriced", { enum: ["refuse", "allow"] }).notNull(),
    /** Set by whoever runs the deployment, who alone may change it. */
    byPlatform: boolean("by_platform").notNull(),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.budgetId] }),
    unique("budgets_subject").on(t.tenantId, t.scope, t.targetId, t.period, t.byPlatform),
  ],
);

/** What one day or month has come to. The check refuses the reservation too many, whoever makes it. */
export const budgetWindows = pgTable(
  "budget_windows",
  {
    tenantId: tenantIdColumn(),
    budgetId: text("budget_id").notNull(),
    /** Midnight, UTC, of the day or of the month's first. */
    startsAt: time("starts_at").notNull(),
    spentMicros: micros("spent_micros"),
    reservedMicros: micros("reserved_micros"),
    /** The limit at the last reservation; a settlement widens it, since what was spent was spent. */
    maximumMicros: micros("maximum_micros"),
    /** The highest threshold in percent that was reached, and the highest that was told of. */
    reached: integer("reached").notNull().default(0),
    told: integer("told").notNull().default(0),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.budgetId, t.startsAt] }),
    foreignKey({
      name: "budget_windows_budget",
      columns: [t.tenantId, t.budgetId],
      foreignColumns: [budgets.tenantId, budgets.budgetId],
    }).onDelete("cascade"),
    index("budget_windows_by_start").on(t.startsAt),
    index("budget_windows_untold").on(t.tenantId).where(sql`${t.told} < ${t.reached}`),
    check(
      "budget_windows_exceeded",
      sql`${t.spentMicros} + ${t.reservedMicros} <= ${t.maximumMicros}`,
    ),
  ],
);

/** What a call under way may come to, in each window that it counts in. */
export const budgetReservations = pgTable(
  "budget_reservations",
  {
    tenantId: tenantIdColumn(),
    reservationId: text("reservation_id").notNull(),
    budgetId: text("budget_id").notNull(),
    startsAt: time("starts_at").notNull(),
    micros: bigint("micros", { mode: "number" }).notNull(),
    /** When it is given back, should the process that made it be gone. */
    expiresAt: time("expires_at").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.reservationId, t.budgetId] }),
    foreignKey({
      name: "budget_reservations_window",
      columns: [t.tenantId, t.budgetId, t.startsAt],
      foreignColumns: [budgetWindows.tenantId, budgetWindows.budgetId, budgetWindows.startsAt],
    }).onDelete("cascade"),
    index("budget_reservations_by_window").on(t.tenantId, t.budgetId, t.startsAt),
    index("budget_reservations_expiry").on(t.expiresAt),
  ],
);
