import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey, rotateKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { flushLedger, recordUsage } from "#lib/usage/ledger.ts";
import { tidyBudgets } from "./jobs.ts";
import { type Reservation, release, reserve, settlementOf } from "./reserve.ts";
import { deleteBudget, listBudgets, putBudget } from "./service.ts";
import { expire, standing } from "./testing.ts";
import { giveBackExpired } from "./windows.ts";

useTestDatabase();
afterAll(flushLedger);

const day = { scope: "tenant", period: "day" } as const;
const month = { scope: "tenant", period: "month" } as const;
const exceeded = { code: "budget_exceeded", status: 402 };

async function withBudget(limit_micros: number): Promise<Ctx> {
  const ctx = await freshTenant();
  await putBudget(ctx, { ...day, limit_micros });
  return ctx;
}

const settle = (ctx: Ctx, reservation: Reservation | null, costMicros: number | null) =>
  recordUsage(
    ctx,
    { kind: "ai_call", name: "a", status: "ok", durationMs: 1, costMicros },
    settlementOf(reservation, costMicros),
  );

const as = (ctx: Ctx, id: string, agentId: string | null = null): Ctx => ({
  ...ctx,
  principal: { type: "key", id, platform: false, agentId },
});

async function state(ctx: Ctx) {
  const { items } = await listBudgets(ctx, { limit: 100 });
  return items.map((each) => [each.spent_micros, each.reserved_micros, each.left_micros]);
}

test("a tenant without budgets reserves nothing", async () => {
  const ctx = await freshTenant();
  expect(await reserve(ctx, 5, 1000)).toBeNull();
  expect(await reserve(ctx, null, 1000)).toBeNull();
});

test("what is reserved, then spent, is held against the limit to the micro-unit", async () => {
  const ctx = await withBudget(100);
  const first = await reserve(ctx, 60, 1000);
  await expect(reserve(ctx, 41, 1000)).rejects.toMatchObject({
    ...exceeded,
    message: expect.stringMatching(/100 micro-units.* 40 left.* up to 41.*starts anew at \d{4}/),
    extra: { limit_micros: 100, left_micros: 40, worst_case_micros: 41 },
  });
  const second = await reserve(ctx, 40, 1000);
  expect(await state(ctx)).toEqual([[0, 100, 0]]);
  await settle(ctx, first, 10);
  expect(await state(ctx)).toEqual([[10, 40, 50]]);
  await release(second);
  await release(second);
  expect(await state(ctx)).toEqual([[10, 0, 90]]);
  await reserve(ctx, 90, 1000);
  await expect(reserve(ctx, 1, 1000)).rejects.toMatchObject(exceeded);
});

test("an unknown cost counts as the most that it can have been", async () => {
  const ctx = await withBudget(100);
  await settle(ctx, await reserve(ctx, 70, 1000), null);
  expect(await state(ctx)).toEqual([[70, 0, 30]]);
});

test("what was spent counts even above the limit, and after its reservation has expired", async () => {
  const ctx = await withBudget(100);
  const late = await reserve(ctx, 60, 1000);
  await expire(ctx);
  expect(await state(ctx)).toEqual([[0, 0, 100]]);
  const other = await reserve(ctx, 100, 1000);
  await settle(ctx, late, 60);
  await settle(ctx, other, 150);
  expect(await state(ctx)).toEqual([[210, 0, 0]]);
  await expect(reserve(ctx, 1, 1000)).rejects.toMatchObject(exceeded);
});

test("no number that a provider makes up keeps another tenant's calls from the ledger", async () => {
  const ctx = await withBudget(1e15);
  const neighbour = await freshTenant();
  for (let count = 0; count < 3; count++) {
    const reservation = await reserve(ctx, 1, 1000);
    await Promise.all([
      settle(ctx, reservation, Number.MAX_SAFE_INTEGER),
      settle(neighbour, null, 1),
    ]);
  }
  await expect(reserve(ctx, 1e300, 1000)).rejects.toMatchObject(exceeded);
});

test("of several budgets all reserve or none", async () => {
  const ctx = await withBudget(1000);
  await putBudget(ctx, { ...month, limit_micros: 50 });
  await expect(reserve(ctx, 51, 1000)).rejects.toMatchObject(exceeded);
  expect(await standing(ctx)).toMatchObject({ reserved: 0, open: 0 });
  const both = await reserve(ctx, 50, 1000);
  expect(await standing(ctx)).toMatchObject({ reserved: 100, open: 2 });
  await settle(ctx, both, 7);
  expect(await standing(ctx)).toEqual({ spent: 14, reserved: 0, open: 0 });
});

test("a key's budget holds for the keys that replace it, an agent's for all of its keys, and for nobody else", async () => {
  const ctx = await freshTenant();
  const { key_id } = await createKey(ctx, { name: "k", scopes: ["tools:call"] });
  await putBudget(ctx, { scope: "key", target_id: key_id, period: "day", limit_micros: 10 });
  await putBudget(ctx, { scope: "agent", target_id: "robot", period: "day", limit_micros: 20 });
  const next = await rotateKey(ctx, key_id, {});
  await reserve(as(ctx, key_id), 6, 1000);
  await expect(reserve(as(ctx, next.key_id), 5, 1000)).rejects.toMatchObject(exceeded);
  await reserve(as(ctx, "key_a", "robot"), 15, 1000);
  await expect(reserve(as(ctx, "key_b", "robot"), 6, 1000)).rejects.toMatchObject(exceeded);
  expect(await reserve(as(ctx, "key_c", "other"), 1_000_000, 1000)).toBeNull();
});

test("a call without a price is refused where a budget says so, and else counts in none", async () => {
  const ctx = await withBudget(100);
  await expect(reserve(ctx, null, 1000)).rejects.toMatchObject({
    ...{ code: "cost_unknown", status: 409, message: expect.stringContaining("unpriced") },
  });
  await putBudget(ctx, { ...day, limit_micros: 100, unpriced: "allow" });
  expect(await reserve(ctx, null, 1000)).toBeNull();
});

test("200 reservations at once take exactly what there is", async () => {
  const ctx = await withBudget(1000);
  const all = await Promise.allSettled(Array.from({ length: 200 }, () => reserve(ctx, 17, 1000)));
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(58);
  expect(await standing(ctx)).toMatchObject({ reserved: 58 * 17, open: 58 });
});

test("what expired comes back to the call that needs it, and by the job", async () => {
  const ctx = await withBudget(100);
  await reserve(ctx, 100, 1000);
  await expect(reserve(ctx, 100, 1000)).rejects.toMatchObject(exceeded);
  await expire(ctx);
  await reserve(ctx, 100, 1000);
  expect(await standing(ctx)).toMatchObject({ reserved: 100, open: 1 });
  await expire(ctx);
  await tidyBudgets();
  expect(await standing(ctx)).toEqual({ spent: 0, reserved: 0, open: 0 });
});

test("a budget that is deleted under a call leaves nothing behind, and the call goes on", async () => {
  const ctx = await withBudget(100);
  const [{ budget_id } = { budget_id: "" }] = (await listBudgets(ctx, { limit: 1 })).items;
  const under = await reserve(ctx, 50, 1000);
  await deleteBudget(ctx, budget_id);
  await settle(ctx, under, 50);
  expect(await standing(ctx)).toEqual({ spent: 0, reserved: 0, open: 0 });
  expect(await reserve(ctx, 5, 1000)).toBeNull();
});

test("each threshold is told of once a window, however many calls pass it at once", async () => {
  const ctx = await withBudget(100);
  const told = async () => {
    const { items } = await listAudit(ctx, { limit: 50, action: "budget.threshold" });
    return items.map(({ after }) => (after as { percent: number }).percent).sort((a, b) => a - b);
  };
  await settle(ctx, await reserve(ctx, 49, 1000), 49);
  await flushLedger();
  expect(await told()).toEqual([]);
  const calls = await Promise.all(Array.from({ length: 36 }, () => reserve(ctx, 1, 1000)));
  await Promise.all(calls.map((reservation) => settle(ctx, reservation, 1)));
  await expect.poll(told).toEqual([50, 80]);
  const refused = Array.from({ length: 20 }, () => reserve(ctx, 16, 1000));
  await Promise.allSettled(refused);
  await settle(ctx, await reserve(ctx, 1, 1000), 1);
  await tidyBudgets();
  expect(await told()).toEqual([50, 80, 100]);
  const [found] = (await listBudgets(ctx, { limit: 1 })).items;
  expect(found?.thresholds_reached).toEqual([50, 80, 100]);
});

type Step =
  | { do: "reserve"; micros: number }
  | { do: "settle" | "release" | "lose"; which: number; share: number };

const step = fc.oneof(
  fc.record({ do: fc.constant("reserve" as const), micros: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    do: fc.constantFrom("settle" as const, "release" as const, "lose" as const),
    which: fc.nat(),
    share: fc.integer({ min: 0, max: 100 }),
  }),
);

test("any order of reserving, settling, releasing and losing ends as plain sums say", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array<Step>(step, { maxLength: 25 }), async (steps) => {
      const ctx = await withBudget(100);
      await putBudget(ctx, { ...month, limit_micros: 130 });
      const open: Reservation[] = [];
      let spent = 0;
      const held = () => open.reduce((sum, { micros }) => sum + micros, 0);
      for (const each of steps) {
        if (each.do === "reserve") {
          const fits = spent + held() + each.micros <= 100;
          const made = await reserve(ctx, each.micros, 60_000).catch(() => null);
          expect(made !== null).toBe(fits);
          if (made) open.push(made);
          continue;
        }
        const [one] = open.splice(open.length > 0 ? each.which % open.length : 0, 1);
        if (!one) continue;
        if (each.do === "release") await release(one);
        else if (each.do === "settle") {
          const cost = Math.floor((one.micros * each.share) / 100);
          await settle(ctx, one, cost);
          spent += cost;
        } else await lose(ctx, one);
        expect(await standing(ctx)).toEqual({
          ...{ spent: spent * 2, reserved: held() * 2, open: open.length * 2 },
        });
      }
    }),
    { numRuns: 15 },
  );
}, 60_000);

/** The process that had the reservation is gone, and its time is over. */
async function lose({ tenantId }: Ctx, { reservationId }: Reservation): Promise<void> {
  await expire({ tenantId }, reservationId);
  expect(await giveBackExpired(tenantId)).toBe(2);
}
