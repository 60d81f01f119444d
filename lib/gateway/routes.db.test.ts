import { beforeAll, expect, test } from "vitest";
import { aiRoutes } from "#db/schema/gateway.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { keptRoutes } from "./route-cache.ts";
import { deleteAiRoute, getAiRoute, listAiRoutes, putAiRoute } from "./routes.ts";

useTestDatabase();

let ctx: Ctx;
let other: Ctx;

const providers = { ai_providers: ["openai", "anthropic"] };
const targets = [{ model: "openai/gpt", weight: 2 }, { model: "anthropic/claude" }];

beforeAll(async () => {
  [ctx, other] = [await freshTenant(providers), await freshTenant(providers)];
});

test("a route is made, changed, found by requests at once and removed, each with its audit entry", async () => {
  const made = await putAiRoute(ctx, "fast", { targets });
  expect(made).toMatchObject({ alias: "fast", timeout_ms: 60_000, tenant_id: ctx.tenantId });
  expect(made.targets).toEqual(targets.map((target) => ({ ...target, problem: null })));
  expect((await keptRoutes(ctx.tenantId)).get("fast")).toEqual({ targets, timeoutMs: 60_000 });
  await putAiRoute(ctx, "fast", { targets: targets.slice(1), timeout_ms: 500 });
  expect((await keptRoutes(ctx.tenantId)).get("fast")?.timeoutMs).toBe(500);
  expect(await listAiRoutes(ctx)).toMatchObject([{ alias: "fast", timeout_ms: 500 }]);
  await deleteAiRoute(ctx, "fast");
  expect((await keptRoutes(ctx.tenantId)).size).toBe(0);
  const { items } = await listAudit(ctx, {});
  const actions = items.flatMap(({ action, target_id }) => (target_id === "fast" ? [action] : []));
  expect(actions).toEqual(["ai_route.delete", "ai_route.update", "ai_route.create"]);
});

test("a foreign route is a missing one", async () => {
  await putAiRoute(ctx, "mine", { targets });
  for (const verb of [getAiRoute, deleteAiRoute]) {
    await expect(verb(other, "mine")).rejects.toMatchObject({ code: "not_found" });
    await expect(verb(ctx, "no such name!")).rejects.toMatchObject({ code: "not_found" });
  }
  expect(await listAiRoutes(other)).toEqual([]);
  expect((await keptRoutes(other.tenantId)).size).toBe(0);
  expect((await getAiRoute(ctx, "mine")).alias).toBe("mine");
});

test("reading takes gateway:read and writing gateway:write", async () => {
  const reader = tenantCtx(ctx.tenantId, ["gateway:read"]);
  const user = tenantCtx(ctx.tenantId, ["gateway:use"]);
  expect((await listAiRoutes(reader)).length).toBeGreaterThan(0);
  const forbidden = { code: "insufficient_scope" };
  await expect(listAiRoutes(user)).rejects.toMatchObject(forbidden);
  await expect(getAiRoute(user, "mine")).rejects.toMatchObject(forbidden);
  await expect(putAiRoute(reader, "x", { targets })).rejects.toMatchObject(forbidden);
  await expect(deleteAiRoute(reader, "mine")).rejects.toMatchObject(forbidden);
});

test("what no request could follow is refused, with what to change", async () => {
  const refused = (alias: string, input: object) =>
    expect(putAiRoute(ctx, alias, input as { targets: { model: string }[] })).rejects;
  await refused("a/b", { targets }).toMatchObject({ code: "invalid_request" });
  await refused("x", { targets: [] }).toMatchObject({ errors: [{ pointer: "/targets" }] });
  await refused("x", { targets: [{ model: "gpt" }] }).toMatchObject({
    errors: [{ pointer: "/targets/0/model" }],
  });
  await refused("x", { targets: [{ model: "openai/a" }, { model: "openai/a" }] }).toMatchObject({
    errors: [{ pointer: "/targets" }],
  });
  await refused("x", { targets: [{ model: "elsewhere/a" }] }).toMatchObject({
    errors: [{ pointer: "/targets/0/model", message: expect.stringContaining("elsewhere") }],
  });
});

test("a tenant has at most 200 routes, also when they are made at once", async () => {
  const full = await freshTenant(providers);
  const { tenantId } = full;
  const by = { principalType: "key", principalId: "key_test" };
  const rows = Array.from({ length: 198 }, (_, at) => ({
    ...{ tenantId, alias: `r${at}`, targets, timeoutMs: 500, ...by },
  }));
  await withTenant(tenantId, (tx) => tx.insert(aiRoutes).values(rows));
  const put = (at: number) => putAiRoute(full, `r${at}`, { targets });
  const last = await Promise.allSettled([200, 201, 202, 203].map(put));
  expect(last.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  expect(last.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { code: "limit_exceeded" },
  });
  expect((await listAiRoutes(full)).length).toBe(200);
});
