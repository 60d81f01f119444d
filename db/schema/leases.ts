import { pgTable, text } from "drizzle-orm/pg-core";
import { time } from "./columns.ts";

/** Work of the deployment that one process does at a time, until it stops saying that it does. */
export const leases = pgTable("leases", {
  name: text("name").primaryKey(),
  owner: text("owner").notNull(),
  expiresAt: time("expires_at").notNull(),
});
