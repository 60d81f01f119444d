import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { flushLedger, noteUsage, recordUsage, type UsageEvent } from "./ledger.ts";

useTestDatabase();
afterAll(flushLedger);

let other: Ctx;

beforeAll(async () => {
  other = await freshTenant();
});

const call: UsageEvent = { kind: "tool_call", name: "search", status: "ok", durationMs: 12.4 };

async function eventsOf(ctx: Ctx): Promise<Record<string, unknown>[]> {
  return [
    ...(await database().owner`
    select * from usage_events where tenant_id = ${ctx.tenantId} order by at, event_id`),
  ];
}

async function hourly(ctx: Ctx): Promise<Record<string, unknown>[]> {
  return [
    ...(await database().owner`
    select * from usage_hourly where tenant_id = ${ctx.tenantId} order by 1, 2, 3, 4, 5, 6, 7, 8`),
  ];
}

/** Events and roll-up, which one transaction writes, must always say the same. */
async function count(ctx: Ctx): Promise<number> {
  const [row] = await database().owner`
    select (select count(*)::int from usage_events where tenant_id = ${ctx.tenantId}) as events,
      (select coalesce(sum(calls), 0)::int from usage_hourly where tenant_id = ${ctx.tenantId})
        as calls`;
  expect(row?.calls).toBe(row?.events);
  return row?.events as number;
}

test("an event is in the ledger when its promise is fulfilled, with who called and how", async () => {
  const ctx = await freshTenant();
  const principal = { type: "key", id: "key_1", platform: false, agentId: "ventas" } as const;
  await recordUsage(
    { ...ctx, principal },
    {
      ...{ kind: "ai_call", name: "chat", status: "error", errorCode: "upstream_failed" },
      ...{ durationMs: 1234.5, provider: "openai", model: "gpt", quantity: 3 },
      ...{ tokensIn: 10, tokensOut: 20, tokensCached: 5, costMicros: 4_000_000_000, priceId: "p1" },
    },
  );
  expect(await eventsOf(ctx)).toMatchObject([
    {
      ...{ request_id: ctx.requestId, principal_id: "key_1", agent_id: "ventas" },
      ...{ kind: "ai_call", name: "chat", provider: "openai", model: "gpt", status: "error" },
      ...{ tokens_in: "10", tokens_out: "20", tokens_cached: "5", quantity: "3" },
      ...{ duration_ms: 1235, error_code: "upstream_failed", cost_micros: "4000000000" },
      price_id: "p1",
    },
  ]);
  expect(await hourly(ctx)).toMatchObject([
    { calls: "1", quantity: "3", tokens_out: "20", cost_micros: "4000000000", duration_ms: "1235" },
  ]);
});

test("500 events at the same time are counted exactly, in far fewer commits than events", async () => {
  const ctx = await freshTenant();
  const names = ["a", "b", "c"];
  await Promise.all(
    Array.from({ length: 500 }, (_, at) =>
      recordUsage(at % 10 === 0 ? { ...other, requestId: "r" } : ctx, {
        ...call,
        name: names[at % 3] as string,
        durationMs: at,
        status: at % 50 === 1 ? "error" : "ok",
      }),
    ),
  );
  expect(await count(ctx)).toBe(450);
  expect(await count(other)).toBe(50);
  const sums = await hourly(ctx);
  const errors = sums.filter((row) => row.status === "error");
  expect(errors.reduce((sum, row) => sum + Number(row.calls), 0)).toBe(10);
  for (const row of sums) {
    const inBuckets = (row.durations as string[]).reduce((sum, calls) => sum + Number(calls), 0);
    expect(inBuckets).toBe(Number(row.calls));
  }
  const [commits] = await database().owner`
    select count(distinct xmin::text)::int as count from usage_events
    where tenant_id = ${ctx.tenantId}`;
  expect(commits?.count).toBeLessThan(50);
});

test("events that nobody waits for are written soon, and flushing writes them at once", async () => {
  const ctx = await freshTenant();
  for (let at = 0; at < 20; at++) noteUsage(ctx, call);
  await expect.poll(() => count(ctx), { timeout: 2000 }).toBe(20);
  for (let at = 0; at < 20; at++) noteUsage(ctx, call);
  await flushLedger();
  expect(await count(ctx)).toBe(40);
});

test("connections that break while events are written neither lose nor double one", async () => {
  const ctx = await freshTenant();
  let isOver = false;
  let broken = 0;
  const breaking = (async () => {
    while (!isOver) {
      const cut = await database().owner`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name = 'tausestack'
          and (state = 'active' or random() < 0.2)`;
      broken += cut.length;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  })();
  let asked = 0;
  let written = 0;
  const end = Date.now() + 4000;
  while (Date.now() < end) {
    const work = Array.from({ length: 25 }, () => recordUsage(ctx, call));
    const outcomes = await Promise.allSettled(work);
    asked += work.length;
    written += outcomes.filter((outcome) => outcome.status === "fulfilled").length;
  }
  isOver = true;
  await breaking;
  expect(broken).toBeGreaterThan(5);
  expect(written).toBeGreaterThan(100);
  const found = await count(ctx);
  // One that was refused may have been committed before its answer was lost.
  expect(found).toBeGreaterThanOrEqual(written);
  expect(found).toBeLessThanOrEqual(asked);
}, 30_000);

test("a ledger that cannot be written refuses the call with a time to try again", async () => {
  const ctx = await freshTenant();
  const { owner } = database();
  await owner`revoke insert on usage_events from tausestack_platform`;
  try {
    await expect(recordUsage(ctx, call)).rejects.toMatchObject({
      ...{ code: "unavailable", status: 503, retryAfterSeconds: 1 },
    });
  } finally {
    await owner`grant insert on usage_events to tausestack_platform`;
  }
  await recordUsage(ctx, call);
  expect(await count(ctx)).toBe(1);
});

test("no text or number of one tenant's event keeps another's from being written", async () => {
  const ctx = await freshTenant();
  const odd = "nul \0, lone \ud800 and \udfff, \u{1f600}";
  const events: UsageEvent[] = [
    { ...call, name: odd, agentId: odd, provider: odd, model: odd, errorCode: odd, priceId: odd },
    { ...call, durationMs: Number.NaN },
    { ...call, durationMs: Number.POSITIVE_INFINITY },
    { ...call, durationMs: -5 },
    { ...call, durationMs: 1e15 },
    { ...call, tokensIn: 1.5, tokensOut: Number.NaN, costMicros: 0.1, quantity: 1e300 },
    { ...call, name: "n".repeat(20_000), agentId: "漢".repeat(5000), model: "m".repeat(9999) },
  ];
  const neighbours = Array.from({ length: 5 }, () => recordUsage(other, { ...call, name: "good" }));
  await Promise.all([...events.map((event) => recordUsage(ctx, event)), ...neighbours]);
  expect(await count(ctx)).toBe(events.length);
  const [first] = await eventsOf(ctx);
  expect(first?.name).toBe("nul , lone \ufffd and \ufffd, \u{1f600}");
  const good = (await hourly(other)).find((row) => row.name === "good");
  expect(good?.calls).toBe("5");
});

test("an event stands in the month's partition and its hour's sum, by UTC", async () => {
  const ctx = await freshTenant();
  await recordUsage(ctx, call);
  const [row] = await database().owner`
    select tableoid::regclass::text as partition, at from usage_events
    where tenant_id = ${ctx.tenantId}`;
  const at = row?.at as Date;
  expect(row?.partition).toBe(`usage_events_${at.toISOString().slice(0, 7).replace("-", "_")}`);
  const [sum] = await hourly(ctx);
  expect(sum?.hour).toEqual(new Date(`${at.toISOString().slice(0, 13)}:00:00.000Z`));
});
