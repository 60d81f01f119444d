import { and, eq, gte, lt, ne, type SQL, sql } from "drizzle-orm";
import type { z } from "zod";
import { usageEvents, usageHourly } from "#db/schema/usage.ts";
import { type Tx, withTenant } from "#db/transaction.ts";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { parse } from "#lib/core/parse.ts";
import { quantile } from "./histogram.ts";
import {
  mostEventDays,
  type UsageQuery,
  type UsageReport,
  type UsageRow,
  type usageGroups,
  usageQuery,
} from "./schema.ts";
import { acrossTenants, eventSums, hourlySums, isAcross, isOwn, type Sums } from "./sources.ts";

const hourMs = 3_600_000;

type HourlyGroup = Exclude<(typeof usageGroups)[number], "key">;

const groupColumn: Record<HourlyGroup, SQL<string>> = {
  hour: sql<string>`to_char(${usageHourly.hour} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:00:00.000"Z"')`,
  day: sql<string>`to_char(${usageHourly.hour} at time zone 'UTC', 'YYYY-MM-DD"T"00:00:00.000"Z"')`,
  kind: sql<string>`${usageHourly.kind}`,
  name: sql<string>`${usageHourly.name}`,
  agent: sql<string>`${usageHourly.agentId}`,
  status: sql<string>`${usageHourly.status}`,
  provider: sql<string>`${usageHourly.provider}`,
  model: sql<string>`${usageHourly.model}`,
};

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

const mostGroups = 10_000;

interface Range {
  from: Date;
  to: Date;
}

type Asked = Pick<z.output<typeof usageQuery>, "kind" | "name">;

async function sumHours(tx: Tx, ctx: Ctx, { from, to }: Range, asked: Asked, by: HourlyGroup) {
  const where = and(
    eq(usageHourly.tenantId, ctx.tenantId),
    gte(usageHourly.hour, from),
    lt(usageHourly.hour, to),
    asked.kind ? eq(usageHourly.kind, asked.kind) : isOwn,
    asked.name ? eq(usageHourly.name, asked.name) : undefined,
  );
  return {
    rows: await tx
      .select({ group: groupColumn[by], ...hourlySums })
      .from(usageHourly)
      .where(where)
      .groupBy(sql`1`)
      .orderBy(sql`1`)
      .limit(mostGroups),
    total: await tx.select(hourlySums).from(usageHourly).where(where),
  };
}

async function sumEvents(tx: Tx, ctx: Ctx, { from, to }: Range, asked: Asked) {
  const where = and(
    eq(usageEvents.tenantId, ctx.tenantId),
    gte(usageEvents.at, from),
    lt(usageEvents.at, to),
    asked.kind ? eq(usageEvents.kind, asked.kind) : ne(usageEvents.kind, "provided"),
    asked.name ? eq(usageEvents.name, asked.name) : undefined,
  );
  return {
    rows: await tx
      .select({ group: sql<string>`${usageEvents.principalId}`, ...eventSums })
      .from(usageEvents)
      .where(where)
      .groupBy(sql`1`)
      .orderBy(sql`1`)
      .limit(mostGroups),
    total: await tx.select(eventSums).from(usageEvents).where(where),
  };
}

async function sumAcrossTenants(tx: Tx, ctx: Ctx, { from, to }: Range) {
  const where = and(
    eq(usageHourly.tenantId, ctx.tenantId),
    gte(usageHourly.hour, from),
    lt(usageHourly.hour, to),
    isAcross,
  );
  return tx.select(acrossTenants).from(usageHourly).where(where);
}

function refuseLongRange({ from, to }: Range): void {
  // The start was rounded down to its hour.
  if (to.getTime() - from.getTime() < (mostEventDays * 24 + 1) * hourMs) return;
  throw new AppError("invalid_request", `By key a report covers ${mostEventDays} days at most.`, {
    errors: [{ pointer: "/from", message: `must be within ${mostEventDays} days before \`to\`` }],
  });
}

/**
 * Sums of the tenant's ledger between two times, grouped; read from the hourly roll-up, and from
 * single events where it is asked who called. Throws `invalid_request`.
 */
export async function reportUsage(ctx: Ctx, raw: UsageQuery): Promise<UsageReport> {
  authorize(ctx, "usage:read");
  const { group_by: by, ...query } = parse(usageQuery, raw);
  const range = rangeOf(query);
  if (by === "key") refuseLongRange(range);
  const { rows, total, across } = await withTenant(ctx.tenantId, async (tx) => ({
    ...(await (by === "key"
      ? sumEvents(tx, ctx, range, query)
      : sumHours(tx, ctx, range, query, by))),
    across: await sumAcrossTenants(tx, ctx, range),
  }));
  const [all] = total;
  const [others] = across;
  if (!all || !others) throw new Error("An aggregate returned no row");
  return {
    tenant_id: ctx.tenantId,
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    group_by: by,
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
      .select(hourlySums)
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
