import { and, eq, gte, lt, ne, or, type SQL, sql } from "drizzle-orm";
import { usageHourly } from "#db/schema/usage.ts";
import { withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { parse } from "#lib/core/parse.ts";
import { bucketCount, quantile } from "./histogram.ts";
import {
  offerProvider,
  type UsageQuery,
  type UsageReport,
  type UsageRow,
  type usageGroups,
  usageQuery,
} from "./schema.ts";

const hourMs = 3_600_000;

const groupColumn: Record<(typeof usageGroups)[number], SQL<string>> = {
  hour: sql<string>`to_char(${usageHourly.hour} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00.000"Z"')`,
  day: sql<string>`to_char(${usageHourly.hour} at time zone 'UTC', 'YYYY-MM-DD"T"00:00:00.000"Z"')`,
  kind: sql<string>`${usageHourly.kind}`,
  name: sql<string>`${usageHourly.name}`,
  agent: sql<string>`${usageHourly.agentId}`,
  status: sql<string>`${usageHourly.status}`,
};

const sum = (column: unknown) => sql<number>`coalesce(sum(${column}), 0)::float8`;

/** Sum of each bucket, in one array of `bucketCount` numbers. */
const histogram = sql<number[]>`array[${sql.join(
  Array.from({ length: bucketCount }, (_, at) =>
    sum(sql`${usageHourly.durations}[${sql.raw(String(at + 1))}]`),
  ),
  sql`, `,
)}]`;

const sums = {
  calls: sum(usageHourly.calls),
  errors: sum(sql`case when ${usageHourly.status} = 'error' then ${usageHourly.calls} end`),
  quantity: sum(usageHourly.quantity),
  tokensIn: sum(usageHourly.tokensIn),
  tokensOut: sum(usageHourly.tokensOut),
  tokensCached: sum(usageHourly.tokensCached),
  costMicros: sum(usageHourly.costMicros),
  callsUnpriced: sum(usageHourly.callsUnpriced),
  durationMs: sum(usageHourly.durationMs),
  durations: histogram,
};

/** What brings money in is no cost of the tenant's. */
const isOwn = ne(usageHourly.kind, "provided");
const isProvided = eq(usageHourly.kind, "provided");
const isConsumed = and(isOwn, eq(usageHourly.provider, offerProvider));
const isAcross = or(isProvided, isConsumed);

const acrossTenants = {
  consumedCalls: sum(sql`case when ${isConsumed} then ${usageHourly.calls} end`),
  consumedMicros: sum(sql`case when ${isConsumed} then ${usageHourly.costMicros} end`),
  providedCalls: sum(sql`case when ${isProvided} then ${usageHourly.calls} end`),
  providedMicros: sum(sql`case when ${isProvided} then ${usageHourly.costMicros} end`),
};

type Sums = { [K in keyof typeof sums]: K extends "durations" ? number[] : number };

function toUsageRow(group: string, row: Sums): UsageRow {
  return {
    group,
    calls: row.calls,
    errors: row.errors,
    quantity: row.quantity,
    tokens_in: row.tokensIn,
    tokens_out: row.tokensOut,
    tokens_cached: row.tokensCached,
    // A sum of unknown costs alone is no zero.
    cost_micros: row.callsUnpriced > 0 && row.costMicros === 0 ? null : row.costMicros,
    calls_unpriced: row.callsUnpriced,
    duration_ms_avg: row.calls > 0 ? Math.round((row.durationMs / row.calls) * 10) / 10 : null,
    duration_ms_p50: quantile(row.durations, 0.5),
    duration_ms_p95: quantile(row.durations, 0.95),
  };
}

function rangeOf(query: { from?: string | undefined; to?: string | undefined }) {
  const to = query.to ? new Date(query.to) : new Date();
  const start = query.from ? new Date(query.from).getTime() : to.getTime() - 24 * hourMs;
  return { from: new Date(Math.floor(start / hourMs) * hourMs), to };
}

/** Sums of the tenant's ledger between two times, grouped; read from the hourly roll-up alone. */
export async function reportUsage(ctx: Ctx, raw: UsageQuery): Promise<UsageReport> {
  authorize(ctx, "usage:read");
  const query = parse(usageQuery, raw);
  const { from, to } = rangeOf(query);
  const where = and(
    eq(usageHourly.tenantId, ctx.tenantId),
    gte(usageHourly.hour, from),
    lt(usageHourly.hour, to),
    query.kind ? eq(usageHourly.kind, query.kind) : isOwn,
    query.name ? eq(usageHourly.name, query.name) : undefined,
  );
  const within = and(
    eq(usageHourly.tenantId, ctx.tenantId),
    gte(usageHourly.hour, from),
    lt(usageHourly.hour, to),
  );
  const group = groupColumn[query.group_by];
  const { rows, total, across } = await withTenant(ctx.tenantId, async (tx) => ({
    rows: await tx
      .select({ group, ...sums })
      .from(usageHourly)
      .where(where)
      .groupBy(sql`1`)
      .orderBy(sql`1`)
      .limit(10_000),
    total: await tx.select(sums).from(usageHourly).where(where),
    across: await tx.select(acrossTenants).from(usageHourly).where(and(within, isAcross)),
  }));
  const [all] = total;
  const [others] = across;
  if (!all || !others) throw new Error("An aggregate returned no row");
  return {
    tenant_id: ctx.tenantId,
    from: from.toISOString(),
    to: to.toISOString(),
    group_by: query.group_by,
    total: toUsageRow("total", all as Sums),
    rows: rows.map((row) => toUsageRow(row.group, row as Sums & { group: string })),
    consumed: { calls: others.consumedCalls, micros: others.consumedMicros },
    provided: { calls: others.providedCalls, micros: others.providedMicros },
  };
}

type Totals = Pick<
  UsageRow,
  "calls" | "errors" | "tokens_in" | "tokens_out" | "cost_micros" | "calls_unpriced"
>;

/** Calls, errors, tokens and cost of the tenant in all, for its statistics. */
export async function totalUsage(ctx: Ctx): Promise<Totals> {
  const [row] = await withTenant(ctx.tenantId, (tx) =>
    tx
      .select(sums)
      .from(usageHourly)
      .where(and(eq(usageHourly.tenantId, ctx.tenantId), isOwn)),
  );
  if (!row) throw new Error("An aggregate returned no row");
  const { calls, errors, tokens_in, tokens_out, cost_micros, calls_unpriced } = toUsageRow(
    "total",
    row as Sums,
  );
  return { calls, errors, tokens_in, tokens_out, cost_micros, calls_unpriced };
}
