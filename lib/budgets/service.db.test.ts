import { expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey } from "#lib/auth/keys.ts";
import { permissionsOf } from "#lib/auth/roles.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { allPermissions } from "#lib/core/permissions.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { deleteBudget, getBudget, listBudgets, putBudget } from "./service.ts";

useTestDatabase();

const day = { scope: "tenant", period: "day", limit_micros: 100 } as const;
const scope = { code: "insufficient_scope", status: 403 };
const missing = { code: "not_found", status: 404 };
const operatorIn = ({ tenantId }: Ctx) => tenantCtx(tenantId, allPermissions);

test("a budget is set, changed, listed and removed, and each change stands in the audit log", async () => {
  const ctx = await freshTenant();
  const made = await putBudget(ctx, day);
  expect(made).toMatchObject({
    ...{ scope: "tenant", target_id: "", period: "day", limit_micros: 100, unpriced: "refuse" },
    ...{ operator: false, spent_micros: 0, reserved_micros: 0, left_micros: 100 },
    thresholds_reached: [],
  });
  const ms = new Date(made.resets_at).getTime() - new Date(made.starts_at).getTime();
  expect([ms, made.starts_at.slice(10)]).toEqual([86_400_000, "T00:00:00.000Z"]);
  const month = await putBudget(ctx, { ...day, period: "month" });
  expect([month.starts_at.slice(8, 10), month.resets_at.slice(8, 10)]).toEqual(["01", "01"]);
  const changed = await putBudget(ctx, { ...day, limit_micros: 7, unpriced: "allow" });
  expect(changed.budget_id).toBe(made.budget_id);
  expect(await getBudget(ctx, made.budget_id)).toMatchObject({ limit_micros: 7, left_micros: 7 });
  expect((await listBudgets(ctx, { limit: 1 })).items).toHaveLength(1);
  await deleteBudget(ctx, made.budget_id);
  await expect(getBudget(ctx, made.budget_id)).rejects.toMatchObject(missing);
  const { items } = await listAudit(ctx, { limit: 50, target_id: made.budget_id });
  expect(items.map(({ action }) => action)).toEqual([
    ...["budget.delete", "budget.update", "budget.create"],
  ]);
  expect(items[1]).toMatchObject({ before: { limit_micros: 100 }, after: { limit_micros: 7 } });
});

test("another tenant's budget answers as one that is not there", async () => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  const { budget_id } = await putBudget(ctx, day);
  for (const id of [budget_id, "bud_none", `bud_${"0".repeat(32)}`, "\0"]) {
    await expect(getBudget(other, id)).rejects.toMatchObject(missing);
    await expect(deleteBudget(other, id)).rejects.toMatchObject(missing);
  }
  expect((await listBudgets(other, { limit: 10 })).items).toEqual([]);
  const { key_id } = await createKey(ctx, { name: "k", scopes: ["tools:call"] });
  const ofKey = { ...day, scope: "key" as const };
  for (const target_id of [key_id, "key_none", "pkey_1"]) {
    await expect(putBudget(other, { ...ofKey, target_id })).rejects.toMatchObject(missing);
  }
  await putBudget(ctx, { ...ofKey, target_id: key_id });
});

test("setting budgets needs its scope, which the billing role has and a developer has not", async () => {
  const ctx = await freshTenant();
  const { budget_id } = await putBudget(ctx, day);
  const reader = tenantCtx(ctx.tenantId, ["usage:read"]);
  expect((await listBudgets(reader, { limit: 10 })).items).toHaveLength(1);
  const developer = { ...ctx, permissions: permissionsOf("developer") };
  for (const caller of [reader, developer]) {
    await expect(putBudget(caller, day)).rejects.toMatchObject(scope);
    await expect(deleteBudget(caller, budget_id)).rejects.toMatchObject(scope);
  }
  const nobody = tenantCtx(ctx.tenantId, ["budgets:write"]);
  await expect(listBudgets(nobody, { limit: 10 })).rejects.toMatchObject(scope);
  await expect(getBudget(nobody, budget_id)).rejects.toMatchObject(scope);
  await putBudget({ ...ctx, permissions: permissionsOf("billing") }, { ...day, limit_micros: 5 });
});

test("the operator's ceiling stands beside the tenant's own, which can neither raise nor lift it", async () => {
  const ctx = await freshTenant();
  const ceiling = await putBudget(operatorIn(ctx), { ...day, limit_micros: 50, operator: true });
  await putBudget(ctx, day);
  const forbidden = { code: "forbidden", status: 403 };
  const raised = putBudget(ctx, { ...day, limit_micros: 1_000, operator: true });
  await expect(raised).rejects.toMatchObject(forbidden);
  await expect(deleteBudget(ctx, ceiling.budget_id)).rejects.toMatchObject(forbidden);
  const { items } = await listBudgets(ctx, { limit: 10 });
  expect(items.map((each) => [each.operator, each.limit_micros]).sort()).toEqual([
    ...[
      [false, 100],
      [true, 50],
    ],
  ]);
  await deleteBudget(operatorIn(ctx), ceiling.budget_id);
});

test("a tenant has 100 budgets at most, however many are set at once, and those do not keep out the operator's", async () => {
  const ctx = await freshTenant();
  const set = (at: number) =>
    putBudget(ctx, { ...day, scope: "agent", target_id: `agent-${at}` }).then(() => 1);
  const all = await Promise.allSettled(Array.from({ length: 105 }, (_, at) => set(at)));
  expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(100);
  await expect(set(1000)).rejects.toMatchObject({ code: "limit_exceeded" });
  await set(Number(all.findIndex(({ status }) => status === "fulfilled")));
  await putBudget(operatorIn(ctx), { ...day, operator: true });
}, 30_000);

test.each([
  [{ ...day, limit_micros: -1 }, "/limit_micros"],
  [{ ...day, limit_micros: 0.5 }, "/limit_micros"],
  [{ ...day, scope: "moon" }, "/scope"],
  [{ ...day, period: "week" }, "/period"],
  [{ ...day, target_id: "x" }, "/target_id"],
  [{ ...day, scope: "agent" }, "/target_id"],
])("%j is refused, pointing at %s", async (input, pointer) => {
  await expect(putBudget(await freshTenant(), input as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer }],
  });
});
