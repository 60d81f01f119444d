import { and, eq, ne, or, type SQL, sql } from "drizzle-orm";
import { usageEvents, usageHourly } from "#db/schema/usage.ts";
import { bucketBoundsMs, bucketCount } from "./histogram.ts";
import { offerProvider } from "./schema.ts";

const sum = (column: unknown) => sql<number>`coalesce(sum(${column}), 0)::float8`;

/** One array of `bucketCount` numbers. */
const histogram = (bucket: (at: number) => SQL<number>) =>
  sql<number[]>`array[${sql.join(
    Array.from({ length: bucketCount }, (_, at) => bucket(at)),
    sql`, `,
  )}]`;

const tokens = (table: typeof usageHourly | typeof usageEvents) => ({
  quantity: sum(table.quantity),
  tokensIn: sum(table.tokensIn),
  tokensOut: sum(table.tokensOut),
  tokensCached: sum(table.tokensCached),
  costMicros: sum(table.costMicros),
  durationMs: sum(table.durationMs),
});

/** The sums of a report, of the hourly roll-up. */
export const hourlySums = {
  calls: sum(usageHourly.calls),
  errors: sum(sql`case when ${usageHourly.status} = 'error' then ${usageHourly.calls} end`),
  callsUnpriced: sum(usageHourly.callsUnpriced),
  durations: histogram((at) => sum(sql`${usageHourly.durations}[${sql.raw(String(at + 1))}]`)),
  ...tokens(usageHourly),
};

/** What brings money in is no cost of the tenant's. */
export const isOwn = ne(usageHourly.kind, "provided");
const isProvided = eq(usageHourly.kind, "provided");
const isConsumed = and(isOwn, eq(usageHourly.provider, offerProvider));
/** What went to other tenants of the deployment, or came from them. */
export const isAcross = or(isProvided, isConsumed);

export const acrossTenants = {
  consumedCalls: sum(sql`case when ${isConsumed} then ${usageHourly.calls} end`),
  consumedMicros: sum(sql`case when ${isConsumed} then ${usageHourly.costMicros} end`),
  providedCalls: sum(sql`case when ${isProvided} then ${usageHourly.calls} end`),
  providedMicros: sum(sql`case when ${isProvided} then ${usageHourly.costMicros} end`),
};

const countIf = (condition: SQL) => sql<number>`(count(*) filter (where ${condition}))::float8`;

/** The durations of a bucket: past the bound before its own, and not past that. */
function within(at: number): SQL {
  const { durationMs } = usageEvents;
  const [from, to] = [bucketBoundsMs[at - 1], bucketBoundsMs[at]];
  const bound = (value: number) => sql.raw(String(value));
  if (from === undefined) return sql`${durationMs} <= ${bound(to ?? 0)}`;
  if (to === undefined) return sql`${durationMs} > ${bound(from)}`;
  return sql`${durationMs} > ${bound(from)} and ${durationMs} <= ${bound(to)}`;
}

/** The same of single events, which alone know who called. */
export const eventSums: Record<keyof typeof hourlySums, SQL> = {
  calls: sql<number>`count(*)::float8`,
  errors: countIf(sql`${usageEvents.status} = 'error'`),
  callsUnpriced: countIf(sql`${usageEvents.costMicros} is null`),
  durations: histogram((at) => countIf(within(at))),
  ...tokens(usageEvents),
};

export type Sums = { [K in keyof typeof hourlySums]: K extends "durations" ? number[] : number };
