import { text, timestamp } from "drizzle-orm/pg-core";

export const tenantIdColumn = () => text("tenant_id").notNull();

/** `timestamptz`, read as a `Date`. */
export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

export const createdAt = () => time("created_at").notNull().defaultNow();
export const updatedAt = () => time("updated_at").notNull().defaultNow();
