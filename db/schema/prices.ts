import { bigint, pgTable, text, unique } from "drizzle-orm/pg-core";
import { createdAt, time } from "./columns.ts";

const micros = (name: string) => bigint(name, { mode: "number" });

/** What a million tokens of a model cost from a moment on. A price is never changed; the next one follows. */
export const modelPrices = pgTable(
  "model_prices",
  {
    priceId: text("price_id").primaryKey(),
    /** A provider's dialect at its own address, or else the host of an endpoint. */
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    effectiveFrom: time("effective_from").notNull(),
    inputMicros: micros("input_micros").notNull(),
    outputMicros: micros("output_micros").notNull(),
    /** Null: as other input. */
    cachedMicros: micros("cached_micros"),
    principalType: text("principal_type").notNull(),
    principalId: text("principal_id").notNull(),
    createdAt: createdAt(),
  },
  (t) => [unique("model_prices_moment").on(t.provider, t.model, t.effectiveFrom)],
);
