import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  index,
  json,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

const ownTenant = () =>
  tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" });

const kind = () => text("kind", { enum: ["tool", "prompt", "resource", "memory"] }).notNull();

const state = () =>
  text("state", { enum: ["offered", "accepted", "declined", "revoked", "ended"] })
    .notNull()
    .default("offered");

/**
 * What a tenant lets another one use, as the offering tenant knows it. The app role reads its own;
 * both sides are written together, by the platform's role alone.
 */
export const offers = pgTable(
  "offers",
  {
    tenantId: ownTenant(),
    offerId: text("offer_id").notNull(),
    /** Named, not referenced: whether there is such a tenant must not show. */
    consumerId: text("consumer_id").notNull(),
    kind: kind(),
    /** The tool, the resource, the prompt's name, or the agent whose memory it is. */
    objectId: text("object_id").notNull(),
    /** Of a memory; empty otherwise. */
    namespace: text("namespace").notNull().default(""),
    access: text("access", { enum: ["read", "write"] })
      .notNull()
      .default("read"),
    priceMicros: bigint("price_micros", { mode: "number" }).notNull().default(0),
    maxCalls: bigint("max_calls", { mode: "number" }),
    maxCallsPerDay: bigint("max_calls_per_day", { mode: "number" }),
    expiresAt: time("expires_at"),
    /** Of the terms above: what the other side has to have accepted. */
    termsDigest: text("terms_digest").notNull(),
    state: state(),
    calls: bigint("calls", { mode: "number" }).notNull().default(0),
    /** Midnight, UTC, of the day that `calls_today` counts. */
    day: time("day"),
    callsToday: bigint("calls_today", { mode: "number" }).notNull().default(0),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.offerId] }),
    index("offers_of_object")
      .on(t.tenantId, t.kind, t.objectId)
      .where(sql`${t.state} = 'accepted'`),
  ],
);

/** The same offer as the receiving tenant knows it. */
export const receivedOffers = pgTable(
  "received_offers",
  {
    tenantId: ownTenant(),
    offerId: text("offer_id").notNull(),
    providerId: text("provider_id").notNull(),
    providerName: text("provider_name").notNull(),
    kind: kind(),
    /** What is shown of the object: as it was offered, then as it was accepted. */
    definition: json("definition").notNull(),
    terms: json("terms").notNull(),
    /** The digest of the terms that were accepted; null: none were. */
    acceptedTerms: text("accepted_terms"),
    state: state(),
    /** Declined, and the offering tenant's next offers with it. */
    blocked: boolean("blocked").notNull().default(false),
    prefix: text("prefix"),
    /** What the object is called here: a tool's or prompt's name, a memory's namespace. */
    exposedName: text("exposed_name"),
    /** The tool that was registered for it. */
    toolId: text("tool_id"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.offerId] }),
    uniqueIndex("received_offers_name")
      .on(t.tenantId, t.kind, t.exposedName)
      .where(sql`${t.state} = 'accepted'`),
  ],
);
