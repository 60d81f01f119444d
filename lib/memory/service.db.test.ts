import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { maxJsonDepth } from "#lib/core/json.ts";
import { getQuotas } from "#lib/tenants/service.ts";
import { freshTenant, platformCtx, tenantCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { countMemories } from "./count.ts";
import { purgeExpired } from "./retention.ts";
import { deleteMemory, getMemory, listMemories, registerMemory } from "./service.ts";

useTestDatabase();
afterAll(flushLedger);

let ctx: Ctx;
let other: Ctx;

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
});

const register = (of: Ctx, agent_id: string, context: Record<string, unknown> = {}) =>
  registerMemory(of, { agent_id, context });

/** Makes an entry as old as if it had last been written so many days ago. */
async function age(of: Ctx, days: number, agentId = "%"): Promise<void> {
  await database().owner`
    update memories set updated_at = updated_at - make_interval(days => ${days}),
      created_at = created_at - make_interval(days => ${days})
    where tenant_id = ${of.tenantId} and agent_id like ${agentId}`;
}

const agentsOf = async (of: Ctx) => (await listMemories(of, {})).items.map((one) => one.agent_id);

const actionsOn = async (of: Ctx, target_id: string) =>
  (await listAudit(of, { target_id })).items.map((entry) => entry.action);

test("a context is given back as it was registered", async () => {
  const written = await register(ctx, "ventas", { plan: "premium" });
  expect(written).toEqual({
    ...{ agent_id: "ventas", context: { plan: "premium" }, tenant_id: ctx.tenantId },
    ...{ created_at: expect.any(String), updated_at: written.created_at },
  });
  expect(await getMemory(ctx, "ventas")).toEqual(written);
});

test("registering again replaces the whole context and keeps created_at", async () => {
  const first = await register(ctx, "again", { a: 1, b: 2 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await register(ctx, "again", { c: 3 });
  expect(second.context).toEqual({ c: 3 });
  expect(second.created_at).toBe(first.created_at);
  expect(second.updated_at > first.updated_at).toBe(true);
  expect(await getMemory(ctx, "again")).toEqual(second);
  expect((await registerMemory(ctx, { agent_id: "again" })).context).toEqual({});
});

test("a deleted context is gone, and deleting it again is a 404", async () => {
  await register(ctx, "brief");
  await deleteMemory(ctx, "brief");
  await expect(getMemory(ctx, "brief")).rejects.toMatchObject({ code: "not_found" });
  await expect(deleteMemory(ctx, "brief")).rejects.toMatchObject({ code: "not_found" });
});

test("another tenant's context and a missing one answer the same 404, and it stays", async () => {
  await register(ctx, "mine", { secret: true });
  for (const id of ["mine", "nowhere", "nul\0", "x".repeat(300), "all"]) {
    const gone = { code: "not_found", message: `There is no memory of agent "${id}".` };
    await expect(getMemory(other, id)).rejects.toMatchObject(gone);
    await expect(deleteMemory(other, id)).rejects.toMatchObject(gone);
  }
  await register(other, "mine", { theirs: true });
  expect((await getMemory(ctx, "mine")).context).toEqual({ secret: true });
  expect((await getMemory(other, "mine")).context).toEqual({ theirs: true });
});

test("each verb needs its permission", async () => {
  await register(ctx, "guarded");
  const reader = tenantCtx(ctx.tenantId, ["memory:read"]);
  const writer = tenantCtx(ctx.tenantId, ["memory:write"]);
  for (const outcome of await Promise.allSettled([
    register(reader, "guarded"),
    deleteMemory(reader, "guarded"),
    getMemory(writer, "guarded"),
    listMemories(writer, {}),
    countMemories(writer),
  ])) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { code: "insufficient_scope", status: 403 },
    });
  }
});

test.each([
  [{ agent_id: "" }, "/agent_id"],
  [{ agent_id: "a\nb" }, "/agent_id"],
  [{ agent_id: "nul\0" }, "/agent_id"],
  [{ agent_id: "\ud800" }, "/agent_id"],
  [{ agent_id: "all" }, "/agent_id"],
  [{ agent_id: ".." }, "/agent_id"],
  [{ agent_id: "x".repeat(201) }, "/agent_id"],
  [{ agent_id: 5 }, "/agent_id"],
  [{}, "/agent_id"],
  [{ agent_id: "a", context: [] }, "/context"],
  [{ agent_id: "a", context: "text" }, "/context"],
  [{ agent_id: "a", context: null }, "/context"],
])("%j is refused, pointing at %s", async (input, pointer) => {
  await expect(registerMemory(ctx, input as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer }],
  });
});

test("every write and deletion is audited with before and after, secrets masked in both", async () => {
  await register(ctx, "audited", { api_key: "hunter2", n: 1 });
  await register(ctx, "audited", { n: 2, db: "postgres://u:hunter2@h/x" });
  await register(ctx, "audited", { n: 3 });
  await deleteMemory(ctx, "audited");
  const { items } = await listAudit(ctx, { target_id: "audited" });
  expect(items).toMatchObject([
    { action: "memory.delete", before: { n: 3 }, after: null },
    { action: "memory.update", after: { n: 3 } },
    { action: "memory.update", after: { n: 2, db: "postgres://u:[secret]@h/x" } },
    {
      ...{ action: "memory.create", before: null, after: { api_key: "[secret]", n: 1 } },
      ...{ principal_type: "key", principal_id: "key_test", ip: "127.0.0.1" },
      ...{ target_type: "memory", request_id: ctx.requestId },
    },
  ]);
  expect(JSON.stringify(items)).not.toContain("hunter2");
});

test("a context too large for the audit log is told there by its size alone", async () => {
  const context = { text: "x".repeat(20_000) };
  await register(ctx, "large", context);
  await register(ctx, "large", { small: true });
  expect((await listAudit(ctx, { target_id: "large" })).items).toMatchObject([
    { before: { omitted: true }, after: { small: true } },
    { before: null, after: { omitted: true, bytes: expect.any(Number) } },
  ]);
});

test("every operation stands in the ledger, refused ones as errors", async () => {
  const metered = await freshTenant({ mcp_config: { max_memory_entries: 1 } });
  await register(metered, "a");
  await getMemory(metered, "a");
  await listMemories(metered, {});
  await register(metered, "b").catch(() => undefined);
  await deleteMemory(metered, "a");
  await flushLedger();
  const { rows, total } = await reportUsage(metered, { group_by: "name", kind: "memory_op" });
  expect(Object.fromEntries(rows.map(({ group, calls }) => [group, calls]))).toEqual({
    ...{ "memory.register": 2, "memory.get": 1, "memory.list": 1, "memory.delete": 1 },
  });
  expect(total.errors).toBe(1);
});

test("with a limit of 10, 50 registrations at once leave exactly 10 and 40 errors that say so", async () => {
  const limited = await freshTenant({ mcp_config: { max_memory_entries: 10 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, at) => register(limited, `agent-${at}`)),
  );
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(40);
  for (const error of refused) {
    expect(error).toMatchObject({
      ...{ code: "limit_exceeded", status: 409 },
      extra: { limit: "max_memory_entries", value: 10 },
    });
  }
  expect(await agentsOf(limited)).toHaveLength(10);
  expect((await getQuotas(limited)).max_memory_entries).toEqual({ used: 10, maximum: 10 });
});

test("at the limit what is there can be replaced, and a deletion makes room for one", async () => {
  const limited = await freshTenant({ mcp_config: { max_memory_entries: 2 } });
  await register(limited, "a");
  await register(limited, "b");
  await Promise.all(Array.from({ length: 20 }, (_, n) => register(limited, "a", { n })));
  await deleteMemory(limited, "b");
  const outcomes = await Promise.allSettled(["c", "d", "e"].map((id) => register(limited, id)));
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect((await getQuotas(limited)).max_memory_entries.used).toBe(2);
});

test("the same agent registered many times at once is one entry, and every write is audited", async () => {
  const busy = await freshTenant();
  const written = await Promise.all(
    Array.from({ length: 40 }, (_, n) => register(busy, "one", { n })),
  );
  expect(new Set(written.map((one) => one.created_at)).size).toBe(1);
  expect((await getQuotas(busy)).max_memory_entries.used).toBe(1);
  const actions = await actionsOn(busy, "one");
  expect(actions).toHaveLength(40);
  const { context } = await getMemory(busy, "one");
  expect(written.map((one) => one.context)).toContainEqual(context);
});

test("an entry past its retention is gone for every reader, before any job has passed", async () => {
  const brief = await freshTenant({ mcp_config: { memory_retention_days: 7 } });
  for (const id of ["old", "new"]) await register(brief, id, { id });
  await age(brief, 8, "old");
  await age(brief, 6, "new");
  await expect(getMemory(brief, "old")).rejects.toMatchObject({ code: "not_found" });
  await expect(deleteMemory(brief, "old")).rejects.toMatchObject({ code: "not_found" });
  expect(await agentsOf(brief)).toEqual(["new"]);
  expect(await countMemories(brief)).toBe(1);
});

test("an entry that is written keeps living, and one written after its end begins anew", async () => {
  const brief = await freshTenant({ mcp_config: { memory_retention_days: 7 } });
  await register(brief, "kept", { api_key: 1 });
  await age(brief, 6);
  const kept = await register(brief, "kept", { n: 2 });
  await age(brief, 6);
  expect((await getMemory(brief, "kept")).context).toEqual({ n: 2 });
  expect(kept.created_at < kept.updated_at).toBe(true);
  await age(brief, 8);
  const anew = await register(brief, "kept", { n: 3 });
  expect(anew.created_at).toBe(anew.updated_at);
  const { items } = await listAudit(brief, { target_id: "kept" });
  expect(items[0]).toMatchObject({ action: "memory.create", before: null, after: { n: 3 } });
});

test("a purge deletes what has expired, counts it, gives its place back and audits it once", async () => {
  const brief = await freshTenant({ mcp_config: { memory_retention_days: 7 } });
  for (const id of ["a", "b", "c"]) await register(brief, id);
  await age(brief, 8, "a");
  await age(brief, 9, "b");
  expect(await purgeExpired(brief)).toBe(2);
  expect(await purgeExpired(brief)).toBe(0);
  expect((await getQuotas(brief)).max_memory_entries.used).toBe(1);
  const { items } = await listAudit(brief, { action: "memory.expire" });
  expect(items).toMatchObject([{ before: { entries: 2, agent_ids: ["a", "b"] } }]);
});

test("without a retention nothing expires, and a changed one holds at once", async () => {
  const tenant = await freshTenant();
  await register(tenant, "old");
  await age(tenant, 5000);
  expect(await agentsOf(tenant)).toEqual(["old"]);
  const { tenantId: tenant_id } = tenant;
  const mcp_config = { memory_retention_days: 30 };
  await configureTenant(platformCtx(), { tenant_id, name: tenant_id, mcp_config });
  expect(await agentsOf(tenant)).toEqual([]);
});

test("expired entries keep no place from new ones, however many come at once", async () => {
  const brief = await freshTenant({
    mcp_config: { memory_retention_days: 7, max_memory_entries: 10 },
  });
  await Promise.all(Array.from({ length: 10 }, (_, at) => register(brief, `old-${at}`)));
  await age(brief, 8);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, (_, at) => register(brief, `new-${at}`)),
  );
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(10);
  for (const one of outcomes) {
    if (one.status === "rejected") expect(one.reason).toMatchObject({ code: "limit_exceeded" });
  }
  expect(await agentsOf(brief)).toHaveLength(10);
});

const name = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "",
    "\0",
    "\ud800",
    "\udc00x",
    "password",
  ),
);
const { value: anyJson } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -1.5, 1e21, 5e-324, 2 ** 53 - 1, 1.7976931348623157e308),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    name,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie("value")), { maxLength: 4 }).map(toObject),
  ),
}));

/** As JSON.parse makes it: `__proto__` is a key like any other. */
function toObject(entries: [string, unknown][]): Record<string, unknown> {
  return Object.fromEntries(entries);
}

test("any JSON comes back with the same meaning, from the write, the read and the list", async () => {
  const any = await freshTenant();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, anyJson)).map(toObject), async (context) => {
      const meant = JSON.stringify(context);
      const written = await register(any, "any", JSON.parse(meant));
      expect(JSON.stringify(written.context)).toBe(meant);
      expect(JSON.stringify((await getMemory(any, "any")).context)).toBe(meant);
      expect(JSON.stringify((await listMemories(any, {})).items[0]?.context)).toBe(meant);
    }),
    { numRuns: 150 },
  );
});

test(`a context may nest ${maxJsonDepth - 100} levels deep`, async () => {
  const depth = maxJsonDepth - 100;
  const text = `{"deep":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  await register(ctx, "deep", JSON.parse(text));
  expect(JSON.stringify((await getMemory(ctx, "deep")).context)).toBe(text);
});

test("an agent's id may be any line of text", async () => {
  const ids = [
    "é \u{1f600}",
    "a/b",
    "100%",
    "漢".repeat(200),
    "'; drop table memories; --",
    "%",
    "_",
  ];
  for (const id of ids) {
    await register(ctx, id, { id });
    expect((await getMemory(ctx, id)).context).toEqual({ id });
  }
  await flushLedger();
});

test("a list of more than 1,000 entries is whole, and pages give each entry once and in order", async () => {
  const many = await freshTenant();
  await database().owner`
    insert into memories (tenant_id, agent_id, context)
    select ${many.tenantId}, 'agent ' || n, json_build_object('n', n) from generate_series(1, 2500) n`;
  const whole = await agentsOf(many);
  expect(whole).toHaveLength(2500);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await listMemories(many, { limit: 1000, cursor });
    seen.push(...page.items.map((one) => one.agent_id));
    cursor = page.next ?? undefined;
  } while (cursor);
  expect(seen).toEqual(whole);
  expect(await agentsOf(other)).not.toContain("agent 1");
});

test("entries written or deleted between two pages neither hide nor double another", async () => {
  const moving = await freshTenant();
  for (const id of ["a", "c", "e", "g"]) await register(moving, id);
  const first = await listMemories(moving, { limit: 2 });
  await deleteMemory(moving, "c");
  await register(moving, "b");
  const second = await listMemories(moving, { limit: 2, cursor: first.next ?? "" });
  expect([first, second].map((page) => page.items.map((one) => one.agent_id))).toEqual([
    ["a", "c"],
    ["e", "g"],
  ]);
  expect(second.next).toBeNull();
});
