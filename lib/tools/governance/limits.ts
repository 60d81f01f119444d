import { postgresError } from "#db/errors.ts";
import { tenantScope, tenantStatement } from "#db/transaction.ts";
import { agentOf } from "#lib/auth/subjects.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { limiterOf } from "#lib/core/limiter.ts";
import { callerName } from "./principals.ts";
import type { Rules, ToolLimit } from "./rules.ts";

/** One counter for all limits, compared here: a limit that is changed goes on counting. */
const counted = 1_000_000_000;

const dayMs = 86_400_000;

/** A limit that concerns a call, and under which name the call is counted. */
interface Applied {
  limit: ToolLimit;
  caller: string;
}

/** Every limit that concerns a call of this tool by this caller. */
export function limitsFor({ limits }: Rules, ctx: Ctx, toolId: string): Applied[] {
  if (limits.length === 0) return [];
  const agent = agentOf(ctx);
  return limits.flatMap((limit): Applied[] => {
    if (limit.toolId !== null && limit.toolId !== toolId) return [];
    if (limit.agentId === null) return [{ limit, caller: "" }];
    if (limit.agentId === "*") return [{ limit, caller: callerName(ctx) }];
    return limit.agentId === agent ? [{ limit, caller: callerName(ctx) }] : [];
  });
}

function subject({ toolId, agentId }: ToolLimit, mcpName: string): string {
  const what = toolId === null ? "All tools together" : `The tool ${mcpName}`;
  if (agentId === null) return what;
  return agentId === "*" ? `${what}, for each caller,` : `${what}, for the agent ${agentId},`;
}

function exceeded(
  limit: ToolLimit,
  mcpName: string,
  kind: "calls_per_minute" | "calls_per_day",
  retryAfterSeconds: number,
): AppError {
  const value = (kind === "calls_per_day" ? limit.callsPerDay : limit.callsPerMinute) ?? 0;
  const when = kind === "calls_per_day" ? "a day (UTC)" : "a minute";
  return new AppError(
    "rate_limited",
    `${subject(limit, mcpName)} may be called ${value} times ${when}. Wait ${retryAfterSeconds} s, then try again.`,
    { retryAfterSeconds, extra: { limit: kind, value, limit_id: limit.limitId } },
  );
}

/** Counts a call against its limits a minute; throws `rate_limited` (429) past one of them. */
export async function takeMinute(tenantId: string, mcpName: string, applied: Applied[]) {
  const taken: string[] = [];
  for (const { limit, caller } of applied) {
    if (limit.callsPerMinute === null) continue;
    const key = `tool:${tenantId}:${limit.limitId}:${caller}`;
    const { consumedPoints, msBeforeNext } = await limiterOf(counted).consume(key);
    taken.push(key);
    if (consumedPoints <= limit.callsPerMinute) continue;
    // What is refused by one limit is not counted by any.
    for (const each of taken) await limiterOf(counted).reward(each);
    const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
    throw exceeded(limit, mcpName, "calls_per_minute", seconds);
  }
}

/** Calls counted against daily limits, to be given back when they were none. */
export interface DailyCount {
  counters: { limit_id: string; caller: string; maximum: number }[];
  day: Date;
}

// In the order of the key, so that two calls lock counters alike. A check of the table refuses the
// call too many and with it the whole statement: no limit counts what another refused.
const countText = `${tenantScope}
  insert into tool_daily_calls as t (tenant_id, limit_id, caller, day, calls, maximum)
  select scope.tenant_id, c.limit_id, c.caller, $3::timestamptz, 1, c.maximum
  from scope, lateral (
    select * from json_to_recordset($2::json) as r (limit_id text, caller text, maximum integer)
    order by limit_id, caller offset 0
  ) c
  on conflict (tenant_id, limit_id, caller, day) do update set
    calls = t.calls + 1, maximum = excluded.maximum`;

// An upsert too: an UPDATE could look for rows before the tenant is set, and would see none.
const giveBackText = `${tenantScope}
  insert into tool_daily_calls as t (tenant_id, limit_id, caller, day, calls, maximum)
  select scope.tenant_id, c.limit_id, c.caller, $3::timestamptz, 0, c.maximum
  from scope, lateral (
    select * from json_to_recordset($2::json) as r (limit_id text, caller text, maximum integer)
    order by limit_id, caller offset 0
  ) c
  on conflict (tenant_id, limit_id, caller, day) do update set calls = greatest(t.calls - 1, 0)`;

const readText = `${tenantScope}
  select t.limit_id, t.caller, t.calls from scope, lateral (
    select limit_id, caller, calls from tool_daily_calls
    where tenant_id = scope.tenant_id and day = $2::timestamptz offset 0
  ) t`;

const checkViolation = "23514";

/** Which limit refused, for the answer; the first where that has changed since. */
async function refuser(
  tenantId: string,
  day: Date,
  daily: Applied[],
): Promise<Applied | undefined> {
  const rows = await tenantStatement(tenantId, readText, [day]);
  const calls = new Map(rows.map((row) => [`${row.limit_id} ${row.caller}`, Number(row.calls)]));
  const isFull = ({ limit, caller }: Applied) =>
    (calls.get(`${limit.limitId} ${caller}`) ?? 0) >= (limit.callsPerDay ?? 0);
  return daily.find(isFull) ?? daily[0];
}

/**
 * Counts a call against its limits a day, on all processes together; null where it has none. Throws
 * `rate_limited` (429) past one of them, and then none has counted it.
 */
export async function takeDay(
  tenantId: string,
  mcpName: string,
  applied: Applied[],
): Promise<DailyCount | null> {
  const daily = applied.filter(({ limit }) => limit.callsPerDay !== null);
  if (daily.length === 0) return null;
  const day = new Date(Math.floor(Date.now() / dayMs) * dayMs);
  const counters = daily.map(({ limit, caller }) => ({
    limit_id: limit.limitId,
    caller,
    maximum: limit.callsPerDay ?? 0,
  }));
  try {
    await tenantStatement(tenantId, countText, [JSON.stringify(counters), day]);
    return { counters, day };
  } catch (error) {
    if (postgresError(error)?.code !== checkViolation) throw error;
    const full = await refuser(tenantId, day, daily);
    const seconds = Math.max(1, Math.ceil((day.getTime() + dayMs - Date.now()) / 1000));
    if (!full) throw error;
    throw exceeded(full.limit, mcpName, "calls_per_day", seconds);
  }
}

/** Takes a count back, of a call that turned out to be none yet. */
export async function giveDayBack(tenantId: string, { counters, day }: DailyCount): Promise<void> {
  await tenantStatement(tenantId, giveBackText, [JSON.stringify(counters), day]);
}
