import { foreignKey, index, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, time, updatedAt } from "./columns.ts";
import { upstreams } from "./upstreams.ts";

/** What an upstream server offers, beside what of it was accepted: only that is ever served. */
export const upstreamTools = pgTable(
  "upstream_tools",
  {
    tenantId: tenantIdColumn(),
    upstreamId: text("upstream_id").notNull(),
    remoteName: text("remote_name").notNull(),
    state: text("state", { enum: ["new", "accepted", "changed", "gone", "ignored"] }).notNull(),
    /** The tool that it became; null: none, or one that was deleted since. */
    toolId: text("tool_id"),
    /** The definition that a person agreed to. */
    accepted: json("accepted"),
    /** The definition that the upstream gives now; null: it gives none any more. */
    offered: json("offered"),
    /** When the upstream last listed it. */
    seenAt: time("seen_at").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.upstreamId, t.remoteName] }),
    foreignKey({
      columns: [t.tenantId, t.upstreamId],
      foreignColumns: [upstreams.tenantId, upstreams.upstreamId],
    }).onDelete("cascade"),
    // The migration adds the foreign key to `tools`: it sets `tool_id` alone to null.
    index("upstream_tools_tool").on(t.tenantId, t.toolId),
  ],
);
