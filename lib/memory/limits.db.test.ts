import { expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { getQuotas } from "#lib/tenants/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { countMemories } from "./count.ts";
import { bulkItems } from "./items/bulk.ts";
import { listItems } from "./items/read.ts";
import { ageItems, placeOf } from "./items/testing.ts";
import { undeleteItem } from "./items/trash.ts";
import { deleteItem, putItem } from "./items/verbs.ts";
import { purgeExpired } from "./retention.ts";
import { registerMemory } from "./service.ts";
import { putNamespace } from "./sharing/namespaces.ts";

useTestDatabase();

const keysOf = async (ctx: Ctx) => (await listItems(ctx, {})).items.map(({ key }) => key);
const usedOf = async (ctx: Ctx) => (await getQuotas(ctx)).max_memory_entries.used;

test("with a limit of 10, 50 writes and registrations at once leave exactly 10 entries", async () => {
  const ctx = await freshTenant({ mcp_config: { max_memory_entries: 10 } });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) =>
      n % 5 === 0
        ? registerMemory(ctx, { agent_id: `agent-${n}` })
        : putItem(ctx, placeOf(`k${n}`), { content: n }),
    ),
  );
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(40);
  for (const error of refused) {
    expect(error).toMatchObject({ code: "limit_exceeded", extra: { value: 10 } });
  }
  expect(await usedOf(ctx)).toBe(10);
  expect(await countMemories(ctx)).toBe(10);
});

test.each([
  ["evict_oldest", ["k2", "k3", "k4"]],
  ["evict_least_important", ["k1", "k3", "k4"]],
] as const)("%s makes room by the entry that it names, and the log tells", async (policy, left) => {
  const ctx = await freshTenant({
    mcp_config: { max_memory_entries: 3, memory_policy: policy },
  });
  for (const [n, importance] of [90, 10, 50].entries()) {
    await putItem(ctx, placeOf(`k${n + 1}`), { content: n, importance });
    await ageItems(ctx, 10);
  }
  await putItem(ctx, placeOf("k4"), { content: 4 });
  expect(await keysOf(ctx)).toEqual(left);
  expect(await usedOf(ctx)).toBe(3);
  const { items } = await listAudit(ctx, { action: "memory.item.evict" });
  expect(items).toMatchObject([{ before: { agent_id: "ada", policy } }]);
});

test("under eviction 60 new entries at once are all written, and exactly the limit is left", async () => {
  const ctx = await freshTenant({
    mcp_config: { max_memory_entries: 20, memory_policy: "evict_oldest" },
  });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 60 }, (_, n) => putItem(ctx, placeOf(`k${n}`), { content: n })),
  );
  expect(outcomes.filter((one) => one.status === "rejected")).toEqual([]);
  expect(await keysOf(ctx)).toHaveLength(20);
  expect(await usedOf(ctx)).toBe(20);
});

test("a document takes the place of an item, an item never that of a document", async () => {
  const ctx = await freshTenant({
    mcp_config: { max_memory_entries: 2, memory_policy: "evict_oldest" },
  });
  await putItem(ctx, placeOf("a"), { content: 1 });
  await registerMemory(ctx, { agent_id: "one" });
  await registerMemory(ctx, { agent_id: "two" });
  expect(await keysOf(ctx)).toEqual([]);
  await expect(putItem(ctx, placeOf("b"), { content: 1 })).rejects.toMatchObject({
    code: "limit_exceeded",
  });
  await expect(registerMemory(ctx, { agent_id: "three" })).rejects.toMatchObject({
    code: "limit_exceeded",
  });
});

test("a bulk evicts nothing that it wrote itself, and is refused when it is larger than the limit", async () => {
  const ctx = await freshTenant({
    mcp_config: { max_memory_entries: 3, memory_policy: "evict_oldest" },
  });
  const set = (key: string) => ({ op: "set" as const, agent_id: "ada", key, content: 1 });
  await bulkItems(ctx, { operations: ["a", "b", "c"].map(set) });
  await bulkItems(ctx, { operations: ["d", "e"].map(set) });
  expect(await keysOf(ctx)).toEqual(expect.arrayContaining(["d", "e"]));
  const larger = bulkItems(ctx, { operations: ["v", "w", "x", "y"].map(set) });
  await expect(larger).rejects.toMatchObject({ code: "limit_exceeded" });
  expect(await usedOf(ctx)).toBe(3);
});

test("the trash takes no place, and what comes back from it needs one", async () => {
  const ctx = await freshTenant({ mcp_config: { max_memory_entries: 1 } });
  await putItem(ctx, placeOf("a"), { content: 1 });
  await deleteItem(ctx, placeOf("a"));
  await putItem(ctx, placeOf("b"), { content: 1 });
  await expect(undeleteItem(ctx, placeOf("a"))).rejects.toMatchObject({ code: "limit_exceeded" });
  await deleteItem(ctx, placeOf("b"));
  expect((await undeleteItem(ctx, placeOf("a"))).content).toBe(1);
  expect(await usedOf(ctx)).toBe(1);
});

test("an expired entry refuses no new one", async () => {
  const ctx = await freshTenant({
    mcp_config: { max_memory_entries: 1, memory_retention_days: 1 },
  });
  await putItem(ctx, placeOf("old"), { content: 1 });
  await ageItems(ctx, 2 * 86_400);
  await putItem(ctx, placeOf("new"), { content: 1 });
  expect(await keysOf(ctx)).toEqual(["new"]);
  expect(await usedOf(ctx)).toBe(1);
});

test("what is past its time goes for good: the tenant's, the namespace's, its own, the trash's", async () => {
  const ctx = await freshTenant({
    mcp_config: { memory_retention_days: 30, memory_trash_days: 7 },
  });
  for (const key of ["kept", "retained", "short", "own", "trashed", "fresh trash"]) {
    const space = key === "short" ? "scratch" : "default";
    await putItem(ctx, placeOf(key, "ada", space), { content: key });
  }
  await putNamespace(ctx, "scratch", { ttl_seconds: 60 });
  await ageItems(ctx, 31 * 86_400, "retained");
  await ageItems(ctx, 120, "short");
  await putItem(ctx, placeOf("own"), { content: 1, expires_at: "2001-01-01T00:00:00Z" });
  await deleteItem(ctx, placeOf("trashed"));
  await deleteItem(ctx, placeOf("fresh trash"));
  await database().owner`
    update memory_items set deleted_at = now() - interval '8 days'
    where tenant_id = ${ctx.tenantId} and key = 'trashed'`;
  expect(await purgeExpired(ctx)).toBe(4);
  expect(await purgeExpired(ctx)).toBe(0);
  const left = await database().owner`
    select key from memory_items where tenant_id = ${ctx.tenantId} order by key`;
  expect(left.map((row) => row.key)).toEqual(["fresh trash", "kept"]);
  expect(await usedOf(ctx)).toBe(1);
  expect((await listAudit(ctx, { action: "memory.expire" })).items).toMatchObject([
    { before: { expired: 3, from_trash: 1 } },
  ]);
});
