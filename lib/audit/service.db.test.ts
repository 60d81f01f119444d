import { sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withPlatform, withTenant } from "#db/transaction.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { audit, auditPlatform, listAudit, listPlatformAudit } from "./service.ts";

useTestDatabase();

let ctx: Ctx;
let other: Ctx;

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
});

const target = { type: "tool", id: "search" };
const write = (of: Ctx, action: string, record: object = {}) =>
  withTenant(of.tenantId, (tx) => audit(tx, of, { action, target, ...record }));

test("an entry says who did what to what, from where, with before and after", async () => {
  const { requestId } = ctx;
  const principal = { type: "operator", id: "op_1", email: "ada@example.com" } as const;
  await write({ ...ctx, principal, ip: "192.0.2.7" }, "tool.update", {
    before: { config: { headers: {}, api_key: "hunter2" } },
    after: { uri: "https://u:hunter2@x" },
  });
  const { items } = await listAudit(ctx, { action: "tool.update" });
  expect(items).toEqual([
    {
      ...{ entry_id: expect.any(String), at: expect.any(String), action: "tool.update" },
      ...{ principal_type: "operator", principal_id: "op_1", ip: "192.0.2.7" },
      ...{ target_type: "tool", target_id: "search", request_id: requestId },
      before: { config: { headers: {}, api_key: "[secret]" } },
      after: { uri: "https://u:[secret]@x" },
    },
  ]);
});

test("an entry of a change that is undone is undone with it", async () => {
  const undone = withTenant(ctx.tenantId, async (tx) => {
    await audit(tx, ctx, { action: "tool.undone", target });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  expect((await listAudit(ctx, { action: "tool.undone" })).items).toEqual([]);
});

test("the log is read newest first, page by page, by action and by target", async () => {
  const busy = await freshTenant();
  for (let at = 0; at < 5; at++) await write(busy, at % 2 === 0 ? "tool.even" : "tool.odd");
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listAudit(busy, { limit: 2, cursor, target_id: "search" });
    seen.push(...page.items.map((entry) => entry.action));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(seen).toEqual(["tool.even", "tool.odd", "tool.even", "tool.odd", "tool.even"]);
  expect((await listAudit(busy, { action: "tool.odd" })).items).toHaveLength(2);
  expect((await listAudit(busy, { target_id: "nothing" })).items).toEqual([]);
});

test("a tenant reads its own log alone", async () => {
  await write(ctx, "tool.private");
  expect((await listAudit(other, { action: "tool.private" })).items).toEqual([]);
});

test("the deployment's log and a tenant's share the entries that concern both", async () => {
  const record = { action: "tenant.touch", target: { type: "tenant", id: ctx.tenantId } };
  await withPlatform((tx) => auditPlatform(tx, platformCtx(), record, ctx.tenantId));
  const [own] = (await listAudit(ctx, { action: "tenant.touch" })).items;
  const [all] = (await listPlatformAudit(platformCtx(), { action: "tenant.touch" })).items;
  expect(own).toEqual(all);
});

test("reading needs the scope of its log", async () => {
  const refused = { code: "insufficient_scope", status: 403 };
  const caller = tenantCtx(ctx.tenantId, ["tools:read"]);
  await expect(listAudit(caller, {})).rejects.toMatchObject(refused);
  const reader = platformCtx(["audit:read"]);
  await expect(listPlatformAudit(reader, {})).rejects.toMatchObject(refused);
});

test("neither a tenant nor the platform can change or remove an entry", async () => {
  for (const statement of [
    "update audit_entries set action = 'x'",
    "delete from audit_entries",
    "truncate audit_entries",
    "delete from platform_audit_entries",
  ]) {
    for (const run of [
      () => withTenant(ctx.tenantId, (tx) => tx.execute(sql.raw(statement))),
      () => withPlatform((tx) => tx.execute(sql.raw(statement))),
    ]) {
      await expect(run(), statement).rejects.toMatchObject({ cause: { code: "42501" } });
    }
  }
});
