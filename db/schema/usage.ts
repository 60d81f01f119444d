import { bigint, boolean, integer, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { tenantIdColumn, time } from "./columns.ts";

const count = (name: string) => bigint(name, { mode: "number" }).notNull().default(0);

/** The ledger: one row per billable event, partitioned by month of `at`. */
export const usageEvents = pgTable(
  "usage_events",
  {
    tenantId: tenantIdColumn(),
    at: time("at").notNull(),
    eventId: uuid("event_id").notNull(),
    requestId: text("request_id").notNull(),
    principalId: text("principal_id").notNull(),
    agentId: text("agent_id").notNull().default(""),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    provider: text("provider").notNull().default(""),
    model: text("model").notNull().default(""),
    tokensIn: count("tokens_in"),
    tokensOut: count("tokens_out"),
    tokensCached: count("tokens_cached"),
    /** How much of the kind's own unit: calls, bytes, sandbox milliseconds. */
    quantity: bigint("quantity", { mode: "number" }).notNull().default(1),
    durationMs: integer("duration_ms").notNull(),
    status: text("status", { enum: ["ok", "error"] }).notNull(),
    errorCode: text("error_code").notNull().default(""),
    /** Null: it cost something, and nobody knows how much. */
    costMicros: bigint("cost_micros", { mode: "number" }).default(0),
    priceId: text("price_id"),
    /** The tokens were counted here, since the provider did not tell them. */
    estimated: boolean("estimated").notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.at, t.eventId] })],
);

/** Hourly sums of `usage_events`, written in the same transaction. */
export const usageHourly = pgTable(
  "usage_hourly",
  {
    tenantId: tenantIdColumn(),
    hour: time("hour").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    agentId: text("agent_id").notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    status: text("status", { enum: ["ok", "error"] }).notNull(),
    calls: count("calls"),
    quantity: count("quantity"),
    tokensIn: count("tokens_in"),
    tokensOut: count("tokens_out"),
    tokensCached: count("tokens_cached"),
    costMicros: count("cost_micros"),
    /** Calls whose cost is unknown, and not in `cost_micros`. */
    callsUnpriced: count("calls_unpriced"),
    durationMs: count("duration_ms"),
    /** Calls per duration bucket; the bounds are `lib/usage/histogram.ts`. */
    durations: bigint("durations", { mode: "number" }).array().notNull(),
  },
  (t) => [
    primaryKey({
      columns: [t.tenantId, t.hour, t.kind, t.name, t.agentId, t.provider, t.model, t.status],
    }),
  ],
);
