import { foreignKey, integer, json, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { createdAt, tenantIdColumn, updatedAt } from "./columns.ts";
import { tenants } from "./tenants.ts";

/** A tenant's prompts: which version of each is in use, and the highest number given out. */
export const prompts = pgTable(
  "prompts",
  {
    tenantId: tenantIdColumn().references(() => tenants.tenantId, { onDelete: "cascade" }),
    name: text("name").notNull(),
    currentVersion: integer("current_version").notNull(),
    latestVersion: integer("latest_version").notNull(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.name] })],
);

/** What a prompt said at each write. The app role can add rows and read them, never change one. */
export const promptVersions = pgTable(
  "prompt_versions",
  {
    tenantId: tenantIdColumn(),
    name: text("name").notNull(),
    version: integer("version").notNull(),
    title: text("title"),
    description: text("description").notNull(),
    icons: json("icons").notNull(),
    arguments: json("arguments").notNull(),
    messages: json("messages").notNull(),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.name, t.version] }),
    foreignKey({
      columns: [t.tenantId, t.name],
      foreignColumns: [prompts.tenantId, prompts.name],
    }).onDelete("cascade"),
  ],
);
