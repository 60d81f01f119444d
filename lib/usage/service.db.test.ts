import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { bucketOf, emptyHistogram } from "./histogram.ts";
import { flushLedger, recordUsage } from "./ledger.ts";
import { reportUsage, totalUsage } from "./service.ts";

useTestDatabase();
afterAll(flushLedger);

let ctx: Ctx;
let other: Ctx;

interface Sum {
  hour: string;
  kind?: string;
  name?: string;
  agent?: string;
  status?: string;
  calls: number;
  durationMs?: number;
}

async function add(of: Ctx, sums: Sum[]): Promise<void> {
  for (const { hour, kind = "tool_call", name = "a", agent = "", status = "ok", ...rest } of sums) {
    const each = rest.durationMs ?? 10;
    const durations = emptyHistogram();
    durations[bucketOf(each)] = rest.calls;
    await database().owner`
      insert into usage_hourly (tenant_id, hour, kind, name, agent_id, provider, model, status,
        calls, quantity, tokens_in, tokens_out, cost_micros, duration_ms, durations)
      values (${of.tenantId}, ${hour}, ${kind}, ${name}, ${agent}, '', '', ${status}, ${rest.calls},
        ${rest.calls * 2}, ${rest.calls * 3}, ${rest.calls * 4}, ${rest.calls * 5},
        ${rest.calls * each}, ${durations})`;
  }
}

const year = { from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z" };

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
  await add(ctx, [
    { hour: "2026-03-01T10:00:00Z", calls: 1 },
    { hour: "2026-03-01T10:00:00Z", name: "b", agent: "ventas", calls: 2 },
    { hour: "2026-03-01T11:00:00Z", status: "error", calls: 4, durationMs: 900 },
    { hour: "2026-03-02T00:00:00Z", kind: "memory_op", name: "memory.get", calls: 8 },
    { hour: "2026-12-31T23:00:00Z", calls: 16 },
  ]);
  await add(other, [{ hour: "2026-03-01T10:00:00Z", calls: 1000 }]);
});

async function groups(by: string, query: object = {}) {
  const { rows } = await reportUsage(ctx, { ...year, group_by: by as never, ...query });
  return Object.fromEntries(rows.map((row) => [row.group, row.calls]));
}

test("the ledger is grouped by hour and day in UTC, and by kind, name, agent and status", async () => {
  expect(await groups("hour")).toEqual({
    "2026-03-01T10:00:00.000Z": 3,
    "2026-03-01T11:00:00.000Z": 4,
    "2026-03-02T00:00:00.000Z": 8,
    "2026-12-31T23:00:00.000Z": 16,
  });
  expect(await groups("day")).toEqual({
    "2026-03-01T00:00:00.000Z": 7,
    "2026-03-02T00:00:00.000Z": 8,
    "2026-12-31T00:00:00.000Z": 16,
  });
  expect(await groups("kind")).toEqual({ memory_op: 8, tool_call: 23 });
  expect(await groups("name")).toEqual({ a: 21, b: 2, "memory.get": 8 });
  expect(await groups("agent")).toEqual({ "": 29, ventas: 2 });
  expect(await groups("status")).toEqual({ error: 4, ok: 27 });
});

test("who called which model of whom is told, with the same sums from events as from hours", async () => {
  const own = await freshTenant();
  const calls = [
    ["key_a", "openai", "small", 1, 0.4, 10],
    ["key_a", "house", "large", 3, 9, 20],
    ["key_b", "openai", "small", 700_000, 5, null],
  ] as const;
  for (const [id, provider, model, durationMs, tokensIn, costMicros] of calls) {
    const principal = { type: "key", id, platform: false, agentId: null } as const;
    const event = { kind: "ai_call", name: "a", status: "ok", provider, model } as const;
    await recordUsage({ ...own, principal }, { ...event, durationMs, tokensIn, costMicros });
  }
  const by = (group_by: "key" | "provider" | "model") => reportUsage(own, { group_by });
  const sums = ({ rows }: Awaited<ReturnType<typeof by>>) =>
    rows.map((row) => [row.group, row.calls, row.cost_micros, row.calls_unpriced]);
  expect(sums(await by("provider"))).toEqual([
    ["house", 1, 20, 0],
    ["openai", 2, 10, 1],
  ]);
  expect(sums(await by("model"))).toEqual([
    ["large", 1, 20, 0],
    ["small", 2, 10, 1],
  ]);
  expect(sums(await by("key"))).toEqual([
    ["key_a", 2, 30, 0],
    ["key_b", 1, null, 1],
  ]);
  expect((await by("key")).total).toEqual((await by("model")).total);
  const long = { from: "2026-01-01T00:00:00Z", to: "2026-02-02T00:00:00Z" };
  await expect(reportUsage(own, { ...long, group_by: "key" })).rejects.toMatchObject({
    ...{ code: "invalid_request", errors: [{ pointer: "/from" }] },
  });
});

test("kind and name narrow the report", async () => {
  expect(await groups("name", { kind: "tool_call" })).toEqual({ a: 21, b: 2 });
  expect(await groups("status", { name: "a" })).toEqual({ error: 4, ok: 17 });
  expect(await groups("status", { name: "nobody" })).toEqual({});
});

test("the range starts with the hour of `from` and ends before `to`, whatever their offset", async () => {
  const within = (from: string, to: string) => groups("hour", { from, to });
  const eleven = { "2026-03-01T11:00:00.000Z": 4 };
  expect(await within("2026-03-01T11:59:59Z", "2026-03-02T00:00:00Z")).toEqual(eleven);
  expect(await within("2026-03-01T12:30:00+01:00", "2026-03-01T17:30:00+05:30")).toEqual(eleven);
  expect(await within("2026-03-01T12:00:00Z", "2026-03-01T23:00:00Z")).toEqual({});
});

test("without a range the report is of the last 24 hours", async () => {
  const lately = await freshTenant();
  await recordUsage(lately, { kind: "tool_call", name: "a", status: "ok", durationMs: 1 });
  const old = new Date(Math.floor(Date.now() / 3.6e6 - 26) * 3.6e6).toISOString();
  await add(lately, [{ hour: old, calls: 50 }]);
  const { from, to, total } = await reportUsage(lately, {});
  expect(total.calls).toBe(1);
  expect(new Date(to).getTime() - new Date(from).getTime()).toBeGreaterThanOrEqual(24 * 3.6e6);
  expect(from).toMatch(/:00:00\.000Z$/);
});

test("sums, averages and quantiles are those of the calls", async () => {
  const { total, rows } = await reportUsage(ctx, { ...year, group_by: "status" });
  expect(total).toMatchObject({
    ...{ group: "total", calls: 31, errors: 4, quantity: 62, tokens_in: 93, tokens_out: 124 },
    ...{ cost_micros: 155, duration_ms_avg: Math.round(((27 * 10 + 4 * 900) / 31) * 10) / 10 },
  });
  expect(total.duration_ms_p50).toBeGreaterThan(7);
  expect(total.duration_ms_p50).toBeLessThanOrEqual(10);
  expect(total.duration_ms_p95).toBeGreaterThan(700);
  expect(total.duration_ms_p95).toBeLessThanOrEqual(1000);
  expect(rows.map(({ group, errors }) => [group, errors])).toEqual([
    ["error", 4],
    ["ok", 0],
  ]);
});

test("a report without calls has sums of nought and no durations", async () => {
  const { total, rows } = await reportUsage(await freshTenant(), year);
  expect(rows).toEqual([]);
  expect(total).toMatchObject({ calls: 0, cost_micros: 0, duration_ms_avg: null });
  expect([total.duration_ms_p50, total.duration_ms_p95]).toEqual([null, null]);
});

test("an unknown cost is counted and not summed, and a sum of nothing else is none", async () => {
  const ctx = await freshTenant();
  const call = { kind: "ai_call", status: "ok", durationMs: 1 } as const;
  for (const [name, costMicros] of [
    ["a", null],
    ["a", null],
    ["b", null],
    ["b", 7],
    ["c", 0],
  ] as const) {
    await recordUsage(ctx, { ...call, name, costMicros });
  }
  const { rows, total } = await reportUsage(ctx, { group_by: "name" });
  expect(rows.map((row) => [row.group, row.cost_micros, row.calls_unpriced])).toEqual([
    ["a", null, 2],
    ["b", 7, 1],
    ["c", 0, 0],
  ]);
  expect(total).toMatchObject({ cost_micros: 7, calls_unpriced: 3 });
});

test("another tenant's usage is in no sum of one's own", async () => {
  expect((await reportUsage(other, year)).total.calls).toBe(1000);
  expect((await totalUsage(ctx)).calls).toBe(31);
  expect(await totalUsage(other)).toEqual({
    ...{ calls: 1000, errors: 0, tokens_in: 3000, tokens_out: 4000, cost_micros: 5000 },
    calls_unpriced: 0,
  });
});

test.each([
  [{ from: "yesterday" }, "/from"],
  [{ to: "2026-01-01" }, "/to"],
  [{ from: "0000-01-01T00:00:00Z" }, "/from"],
  [{ to: "0001-01-01T00:00:00Z" }, "/to"],
  [{ from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }, "/from"],
  [{ group_by: "moon" }, "/group_by"],
  [{ kind: "magic" }, "/kind"],
  [{ name: "x\0" }, "/name"],
])("%j is refused, pointing at %s", async (query, pointer) => {
  await expect(reportUsage(ctx, query as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer }],
  });
});

test("reading usage needs its scope", async () => {
  const caller = tenantCtx(ctx.tenantId, ["tools:call", "tenants:read"]);
  await expect(reportUsage(caller, {})).rejects.toMatchObject({
    ...{ code: "insufficient_scope", status: 403, extra: { scope: "usage:read" } },
  });
});
