import {
  boolean,
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

const policies = ["keep_ours", "theirs", "newest"] as const;

/** Other deployments that a tenant pulls from. */
export const federationPeers = pgTable(
  "federation_peers",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    peerId: text("peer_id").notNull(),
    name: text("name").notNull(),
    /** Without a trailing slash, query, fragment or credentials. */
    url: text("url").notNull(),
    /** The tenant there; null: the one that the token belongs to. */
    remoteTenantId: text("remote_tenant_id"),
    tokenSealed: text("token_sealed"),
    pulls: text("pulls").array().notNull(),
    memoryConflict: text("memory_conflict", { enum: policies }).notNull(),
    toolsConflict: text("tools_conflict", { enum: policies }).notNull(),
    scheduleMinutes: integer("schedule_minutes"),
    enabled: boolean("enabled").notNull().default(true),
    /** Per kind: how far the pulls have come, as the peer says it. */
    cursors: json("cursors").notNull(),
    /** Pulls in a row that failed. */
    failures: integer("failures").notNull().default(0),
    lastPullAt: time("last_pull_at"),
    lastOkAt: time("last_ok_at"),
    lastError: text("last_error"),
    nextPullAt: time("next_pull_at"),
    /** The pull that is under way, for as long as its process says so. */
    runningRunId: text("running_run_id"),
    runningUntil: time("running_until"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.peerId] }),
    index("federation_peers_due").on(t.nextPullAt),
  ],
);

/** What each pull of a peer came to; the newest of each peer are kept. */
export const federationRuns = pgTable(
  "federation_runs",
  {
    tenantId: tenantIdColumn(),
    peerId: text("peer_id").notNull(),
    runId: text("run_id").notNull(),
    trigger: text("trigger", { enum: ["manual", "scheduled"] }).notNull(),
    status: text("status", { enum: ["running", "ok", "partial", "failed"] }).notNull(),
    report: json("report").notNull(),
    errorCode: text("error_code"),
    error: text("error"),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    startedAt: time("started_at").notNull().defaultNow(),
    finishedAt: time("finished_at"),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.peerId, t.runId] }),
    foreignKey({
      name: "federation_runs_peer",
      columns: [t.tenantId, t.peerId],
      foreignColumns: [federationPeers.tenantId, federationPeers.peerId],
    }).onDelete("cascade"),
  ],
);

/** Where an entry came from and what it was then; outlives the entry and the peer's registration. */
export const federationOrigins = pgTable(
  "federation_origins",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["memory", "tools"] }).notNull(),
    entryId: text("entry_id").notNull(),
    /** `peer:<id>`, or `url:` and a hash for an address that is no registered peer. */
    source: text("source").notNull(),
    url: text("url").notNull(),
    remoteTenantId: text("remote_tenant_id"),
    /** Of what both sides had last: the base of the next comparison. Empty: nothing. */
    fingerprint: text("fingerprint").notNull(),
    /** Of what the peer had last, taken or not. */
    remoteFingerprint: text("remote_fingerprint").notNull(),
    /** Of what was published here when a tool's next definition arrived. */
    acceptedFingerprint: text("accepted_fingerprint"),
    remoteUpdatedAt: time("remote_updated_at"),
    pulledAt: time("pulled_at").notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.kind, t.entryId, t.source] }),
    index("federation_origins_oldest").on(t.tenantId, t.pulledAt),
    index("federation_origins_source").on(t.tenantId, t.source, t.kind, t.entryId),
  ],
);
