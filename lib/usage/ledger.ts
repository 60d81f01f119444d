import { platformStatement } from "#db/transaction.ts";
import type { CallerCtx, TenantId } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { uuidv7 } from "#lib/core/ids.ts";
import { log } from "#lib/core/log.ts";
import { singleton } from "#lib/core/singleton.ts";
import { bucketOf, emptyHistogram } from "./histogram.ts";
import type { UsageKind } from "./schema.ts";
import { type Settlement, settlementLines, settlementParts } from "./settlements.ts";

/**
 * Something billable that happened. Durations in milliseconds; cost in micro-units, nothing where it
 * is absent and unknown where it is null.
 */
export interface UsageEvent {
  kind: UsageKind;
  name: string;
  status: "ok" | "error";
  durationMs: number;
  errorCode?: string;
  agentId?: string;
  quantity?: number;
  provider?: string;
  model?: string;
  tokensIn?: number;
  tokensOut?: number;
  tokensCached?: number;
  costMicros?: number | null;
  priceId?: string;
  /** The tokens were counted here, since the provider did not tell them. */
  isEstimated?: boolean;
}

interface EventRow {
  tenant_id: string;
  at: string;
  event_id: string;
  request_id: string;
  principal_id: string;
  agent_id: string;
  kind: string;
  name: string;
  provider: string;
  model: string;
  tokens_in: number;
  tokens_out: number;
  tokens_cached: number;
  quantity: number;
  duration_ms: number;
  status: string;
  error_code: string;
  cost_micros: number | null;
  price_id: string | null;
  estimated: boolean;
}

interface Waiting {
  /** Committed together or not at all. */
  rows: EventRow[];
  /** What the call's budgets are settled with, in the same commit. */
  settlement: Settlement | null;
  /** Somebody's answer waits for the commit. */
  urgent: boolean;
  resolve(): void;
  reject(error: unknown): void;
}

type UsageCtx = CallerCtx & { tenantId: TenantId };

interface Ledger {
  waiting: Waiting[];
  /** Runs out when the events of reads have gathered long enough. */
  gathering: NodeJS.Timeout | null;
  writing: Promise<void> | null;
}

const ledger = singleton<Ledger>("ledger", () => ({ waiting: [], gathering: null, writing: null }));

const largestBatch = 1000;
const gatherMs = 50;
const attempts = 3;

const eventColumns = `tenant_id text, at timestamptz, event_id uuid, request_id text,
  principal_id text, agent_id text, kind text, name text, provider text, model text,
  tokens_in bigint, tokens_out bigint, tokens_cached bigint, quantity bigint, duration_ms integer,
  status text, error_code text, cost_micros bigint, price_id text, estimated boolean`;

// Rows are ordered by key, so that writers of two processes lock roll-up rows in one order.
const eventPart = `event as (
    insert into usage_events (tenant_id, at, event_id, request_id, principal_id, agent_id, kind,
      name, provider, model, tokens_in, tokens_out, tokens_cached, quantity, duration_ms, status,
      error_code, cost_micros, price_id, estimated)
    select tenant_id, at, event_id, request_id, principal_id, agent_id, kind,
      name, provider, model, tokens_in, tokens_out, tokens_cached, quantity, duration_ms, status,
      error_code, cost_micros, price_id, estimated
    from json_to_recordset($1::json) as e (${eventColumns})
  )`;

const rollUpPart = `insert into usage_hourly as h (tenant_id, hour, kind, name, agent_id, provider, model, status,
    calls, quantity, tokens_in, tokens_out, tokens_cached, cost_micros, calls_unpriced,
    duration_ms, durations)
  select tenant_id, hour, kind, name, agent_id, provider, model, status,
    calls, quantity, tokens_in, tokens_out, tokens_cached, cost_micros, calls_unpriced, duration_ms,
    array(select value::bigint from json_array_elements_text(durations) as value)
  from json_to_recordset($2::json) as r (tenant_id text, hour timestamptz, kind text, name text,
    agent_id text, provider text, model text, status text, calls bigint, quantity bigint,
    tokens_in bigint, tokens_out bigint, tokens_cached bigint, cost_micros bigint,
    calls_unpriced bigint, duration_ms bigint, durations json)
  order by tenant_id, hour, kind, name, agent_id, provider, model, status
  on conflict (tenant_id, hour, kind, name, agent_id, provider, model, status) do update set
    calls = h.calls + excluded.calls,
    quantity = h.quantity + excluded.quantity,
    tokens_in = h.tokens_in + excluded.tokens_in,
    tokens_out = h.tokens_out + excluded.tokens_out,
    tokens_cached = h.tokens_cached + excluded.tokens_cached,
    cost_micros = h.cost_micros + excluded.cost_micros,
    calls_unpriced = h.calls_unpriced + excluded.calls_unpriced,
    duration_ms = h.duration_ms + excluded.duration_ms,
    durations = array(select coalesce(x, 0) + coalesce(y, 0)
      from unnest(h.durations, excluded.durations) as pair (x, y))`;

const commitBatch = `with ${eventPart} ${rollUpPart}`;

const commitAndSettle = `with ${eventPart}, roll_up as (${rollUpPart}), ${settlementParts("$3")}
  select tenant_id from moved where untold`;

const alreadyThere = `select event_id::text from usage_events where (tenant_id, at, event_id) in
  (select tenant_id, at, event_id from json_to_recordset($1::json)
     as e (tenant_id text, at timestamptz, event_id uuid))`;

function rollUp(rows: EventRow[]) {
  const sums = new Map<string, ReturnType<typeof newSum>>();
  for (const row of rows) {
    const hour = `${row.at.slice(0, 13)}:00:00.000Z`;
    const key = JSON.stringify([
      row.tenant_id,
      hour,
      row.kind,
      row.name,
      row.agent_id,
      row.provider,
      row.model,
      row.status,
    ]);
    const sum = sums.get(key) ?? newSum(row, hour);
    sums.set(key, sum);
    sum.calls += 1;
    sum.quantity += row.quantity;
    sum.tokens_in += row.tokens_in;
    sum.tokens_out += row.tokens_out;
    sum.tokens_cached += row.tokens_cached;
    sum.cost_micros += row.cost_micros ?? 0;
    sum.calls_unpriced += row.cost_micros === null ? 1 : 0;
    sum.duration_ms += row.duration_ms;
    const bucket = bucketOf(row.duration_ms);
    sum.durations[bucket] = (sum.durations[bucket] ?? 0) + 1;
  }
  return [...sums.values()];
}

function newSum(row: EventRow, hour: string) {
  const { tenant_id, kind, name, agent_id, provider, model, status } = row;
  return {
    ...{ tenant_id, hour, kind, name, agent_id, provider, model, status },
    ...{ calls: 0, quantity: 0, tokens_in: 0, tokens_out: 0, tokens_cached: 0 },
    ...{ cost_micros: 0, calls_unpriced: 0, duration_ms: 0, durations: emptyHistogram() },
  };
}

/** Writes what waits, and tells of budgets that passed a threshold by it. */
async function write(batch: readonly Waiting[]): Promise<void> {
  const rows = batch.flatMap((waiting) => waiting.rows);
  const given = [JSON.stringify(rows), JSON.stringify(rollUp(rows))];
  const settled = batch.flatMap(({ settlement }) => settlement ?? []);
  if (settled.length === 0) {
    await platformStatement(commitBatch, given);
    return;
  }
  const lines = JSON.stringify(settlementLines(settled));
  const moved = await platformStatement(commitAndSettle, [...given, lines]);
  for (const tenantId of new Set(moved.map((row) => row.tenant_id as string))) {
    settled.find((settlement) => settlement.tenantId === tenantId)?.onReached();
  }
}

async function commit(batch: readonly Waiting[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; ; attempt++) {
    try {
      if (left.length > 0) await write(left);
      return;
    } catch (err) {
      if (attempt === attempts) throw err;
      log.warn({ err, attempt }, "the ledger could not be written; trying again");
      await new Promise((resolve) => setTimeout(resolve, 50 * 4 ** attempt));
      left = await withoutCommitted(left);
    }
  }
}

/** A commit whose answer was lost may have happened: what is there must not be counted twice. */
async function withoutCommitted(batch: readonly Waiting[]): Promise<readonly Waiting[]> {
  try {
    const rows = JSON.stringify(batch.flatMap((waiting) => waiting.rows));
    const found = await platformStatement(alreadyThere, [rows]);
    const there = new Set(found.map((row) => row.event_id as string));
    return batch.filter(({ rows: [row] }) => row && !there.has(row.event_id));
  } catch {
    return batch;
  }
}

// What PostgreSQL refuses, or an index row cannot hold, would lose the whole batch.
const longestText = 200;
const mostPerEvent = 1e12;
const longestMs = 2 ** 31 - 1;

function plain(text: string | undefined): string {
  return (text ?? "").slice(0, longestText).toWellFormed().replaceAll("\0", "");
}

function whole(value: number | undefined, most = mostPerEvent): number {
  return Math.min(Math.max(Math.round(value ?? 0) || 0, 0), most);
}

async function drain(): Promise<void> {
  // One turn of the event loop gathers what is already on its way in.
  await new Promise((resolve) => setImmediate(resolve));
  do {
    const batch = ledger.waiting.splice(0, largestBatch);
    try {
      await commit(batch);
      for (const waiting of batch) waiting.resolve();
    } catch (cause) {
      const error = new AppError("unavailable", "The call could not be metered. Try again.", {
        cause,
        retryAfterSeconds: 1,
      });
      for (const waiting of batch) waiting.reject(error);
    }
  } while (ledger.waiting.some(({ urgent }) => urgent));
}

function toRow(ctx: UsageCtx, event: UsageEvent): EventRow {
  const { principal } = ctx;
  const ownAgent = principal.type === "key" ? principal.agentId : null;
  return {
    tenant_id: ctx.tenantId,
    at: new Date().toISOString(),
    event_id: uuidv7(),
    request_id: plain(ctx.requestId),
    principal_id: plain(principal.id),
    agent_id: plain(event.agentId ?? ownAgent ?? ""),
    kind: event.kind,
    name: plain(event.name),
    provider: plain(event.provider),
    model: plain(event.model),
    tokens_in: whole(event.tokensIn),
    tokens_out: whole(event.tokensOut),
    tokens_cached: whole(event.tokensCached),
    quantity: whole(event.quantity ?? 1),
    duration_ms: whole(event.durationMs, longestMs),
    status: event.status,
    error_code: plain(event.errorCode),
    cost_micros: event.costMicros === null ? null : whole(event.costMicros),
    price_id: event.priceId === undefined ? null : plain(event.priceId),
    estimated: event.isEstimated ?? false,
  };
}

function startDrain(): void {
  if (ledger.gathering) clearTimeout(ledger.gathering);
  ledger.gathering = null;
  ledger.writing ??= drain().finally(() => {
    ledger.writing = null;
    if (ledger.waiting.some(({ urgent }) => urgent)) startDrain();
    else if (ledger.waiting.length > 0) gather();
  });
}

/** Lets events that nobody waits for gather, so that many share one commit. */
function gather(): void {
  if (!ledger.writing) ledger.gathering ??= setTimeout(startDrain, gatherMs);
}

/**
 * Writes an event to the ledger and its hourly sums; resolves when it is committed. What gathers
 * while a commit is under way shares the next one. A call's budgets are settled in that commit.
 * Rejects with `unavailable` when it cannot.
 */
export function recordUsage(
  ctx: UsageCtx,
  event: UsageEvent,
  settlement: Settlement | null = null,
): Promise<void> {
  return recordTogether([{ ctx, event }], settlement);
}

/** The same for events of one happening, also of several tenants: all are committed or none is. */
export function recordTogether(
  entries: readonly { ctx: UsageCtx; event: UsageEvent }[],
  settlement: Settlement | null = null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const rows = entries.map(({ ctx, event }) => toRow(ctx, event));
    ledger.waiting.push({ rows, settlement, urgent: true, resolve, reject });
    startDrain();
  });
}

/**
 * For what is recorded elsewhere or changes nothing (memory, reads): the event goes with the next
 * commit, within 50 ms, and the answer does not wait for it.
 */
export function noteUsage(ctx: UsageCtx, event: UsageEvent): void {
  ledger.waiting.push({
    rows: [toRow(ctx, event)],
    settlement: null,
    urgent: false,
    resolve: () => undefined,
    reject: (err) => log.error({ err }, "a usage event is lost"),
  });
  gather();
}

/** Resolves when everything recorded so far is committed or refused. */
export async function flushLedger(): Promise<void> {
  while (ledger.waiting.length > 0 || ledger.writing) {
    startDrain();
    await ledger.writing;
  }
}
