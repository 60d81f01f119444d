import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { bulkItems } from "./bulk.ts";
import { getItem, listItems } from "./read.ts";
import { maxContentBytes } from "./schema.ts";
import { placeOf } from "./testing.ts";
import { eraseItem, undeleteItem } from "./trash.ts";
import { appendItem, deleteItem, patchItem, putItem } from "./verbs.ts";
import { listVersions, restoreVersion } from "./versions.ts";

useTestDatabase();
afterAll(flushLedger);

let ctx: Ctx;
let other: Ctx;

beforeAll(async () => {
  [ctx, other] = await Promise.all([freshTenant(), freshTenant()]);
});

const gone = { code: "not_found", status: 404 };

test("an item is given back as it was written, with what it was not told", async () => {
  const place = placeOf("likes", "ada", "preferences");
  const content = { tea: ["green", null], __proto__x: "\0" };
  const written = await putItem(ctx, place, { content, tags: ["taste", "taste"], importance: 80 });
  expect(written).toEqual({
    ...{ item_id: expect.any(String), agent_id: "ada", namespace: "preferences", key: "likes" },
    ...{ content, tags: ["taste"], importance: 80, subject_id: null, version: 1 },
    ...{ created_at: expect.any(String), updated_at: written.created_at },
    ...{ expires_at: null, deleted_at: null },
  });
  expect(await getItem(ctx, place)).toEqual(written);
});

test.each([["text"], [0], [null], [true], [[1, "two", { three: 3 }]], [{ ["__proto__"]: 1 }]])(
  "the content %j is kept as it is",
  async (content) => {
    await putItem(ctx, placeOf("any"), { content });
    expect(JSON.stringify((await getItem(ctx, placeOf("any"))).content)).toBe(
      JSON.stringify(content),
    );
  },
);

test("writing again keeps what is not given, counts the version and keeps created_at", async () => {
  const place = placeOf("again");
  const expires_at = "2100-01-01T00:00:00.000Z";
  const first = await putItem(ctx, place, {
    ...{ content: 1, tags: ["a"], importance: 7, subject_id: "sue", expires_at },
  });
  const second = await putItem(ctx, place, { content: 2 });
  expect(second).toMatchObject({
    ...{ content: 2, tags: ["a"], importance: 7, subject_id: "sue", expires_at, version: 2 },
    created_at: first.created_at,
  });
  const third = await putItem(ctx, place, { content: 3, subject_id: null, expires_at: null });
  expect(third).toMatchObject({ subject_id: null, expires_at: null, version: 3 });
});

test("another tenant's item and a missing one answer the same 404 to every verb, and it stays", async () => {
  const place = placeOf("mine");
  await putItem(ctx, place, { content: { secret: true } });
  for (const outcome of await Promise.allSettled([
    getItem(other, place),
    patchItem(other, place, { content: {} }),
    deleteItem(other, place),
    undeleteItem(other, place),
    eraseItem(other, place),
    listVersions(other, place),
    restoreVersion(other, place, { version: 1 }),
  ])) {
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { ...gone, message: 'There is no memory "ada/default/mine".' },
    });
  }
  expect((await listItems(other, {})).items).toEqual([]);
  await putItem(other, place, { content: "theirs" });
  expect((await getItem(ctx, place)).content).toEqual({ secret: true });
});

test("a place that no item can have is a missing one", async () => {
  for (const place of [placeOf("nul\0"), placeOf("x".repeat(201)), placeOf("k", "all")]) {
    await expect(getItem(ctx, place)).rejects.toMatchObject(gone);
  }
  await expect(getItem(ctx, placeOf("k", "ada", "*"))).rejects.toMatchObject(gone);
});

test("each verb needs its permission", async () => {
  const place = placeOf("guarded");
  await putItem(ctx, place, { content: [] });
  const reader = tenantCtx(ctx.tenantId, ["memory:read"]);
  const writer = tenantCtx(ctx.tenantId, ["memory:write"]);
  for (const outcome of await Promise.allSettled([
    putItem(reader, place, { content: 1 }),
    patchItem(reader, place, {}),
    appendItem(reader, place, { values: [1] }),
    deleteItem(reader, place),
    undeleteItem(reader, place),
    eraseItem(reader, place),
    restoreVersion(reader, place, { version: 1 }),
    bulkItems(reader, { operations: [{ op: "delete", agent_id: "ada", key: "guarded" }] }),
    getItem(writer, place),
    listItems(writer, {}),
    listVersions(writer, place),
  ])) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "insufficient_scope" } });
  }
});

test.each([
  [{}, "/content"],
  [{ content: "x".repeat(maxContentBytes) }, "/content"],
  [{ content: 1, importance: 101 }, "/importance"],
  [{ content: 1, importance: 1.5 }, "/importance"],
  [{ content: 1, tags: [""] }, "/tags/0"],
  [{ content: 1, tags: Array.from({ length: 51 }, (_, n) => `t${n}`) }, "/tags"],
  [{ content: 1, expires_at: "tomorrow" }, "/expires_at"],
  [{ content: 1, base_version: -1 }, "/base_version"],
])("%j is refused, pointing at %s", async (input, pointer) => {
  await expect(putItem(ctx, placeOf("wrong"), input as never)).rejects.toMatchObject({
    code: "invalid_request",
    errors: [{ pointer }],
  });
});

test("of 20 writes on one version exactly one is made, and the others are told the version there is", async () => {
  const place = placeOf("contended");
  await putItem(ctx, place, { content: 0 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) => putItem(ctx, place, { content: n, base_version: 1 })),
  );
  const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  expect(refused).toHaveLength(19);
  for (const error of refused) {
    expect(error).toMatchObject({ code: "conflict", status: 409, extra: { version: 2 } });
  }
});

test("base_version 0 creates only, on any number of callers once", async () => {
  const place = placeOf("created once");
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, (_, n) => putItem(ctx, place, { content: n, base_version: 0 })),
  );
  expect(outcomes.filter((one) => one.status === "fulfilled")).toHaveLength(1);
});

test("a merge patch removes, adds and nests, and touches nothing else", async () => {
  const place = placeOf("patched");
  await putItem(ctx, place, { content: { a: 1, b: { c: 2, d: 3 } }, tags: ["x"], importance: 9 });
  const patched = await patchItem(ctx, place, { content: { a: null, b: { c: "two" }, e: [1] } });
  expect(patched).toMatchObject({ content: { b: { c: "two", d: 3 }, e: [1] }, version: 2 });
  const again = await patchItem(ctx, place, { tags: null, importance: 20 });
  expect(again).toMatchObject({ content: patched.content, tags: [], importance: 20 });
  const stale = patchItem(ctx, place, { content: {}, base_version: 1 });
  await expect(stale).rejects.toMatchObject({ code: "conflict" });
});

test("50 appends at once are all in the list, and keep leaves the newest", async () => {
  const place = placeOf("log");
  await Promise.all(Array.from({ length: 50 }, (_, n) => appendItem(ctx, place, { values: [n] })));
  const { content } = await getItem(ctx, place);
  expect([...(content as number[])].sort((a, b) => a - b)).toEqual([...Array(50).keys()]);
  const kept = await appendItem(ctx, place, { values: ["y", "z"], keep: 3 });
  expect(kept.content).toEqual([(content as number[]).at(-1), "y", "z"]);
  await putItem(ctx, placeOf("no list"), { content: {} });
  const refused = appendItem(ctx, placeOf("no list"), { values: [1] });
  await expect(refused).rejects.toMatchObject({ code: "conflict" });
});

test("as many versions are kept as the tenant says, and any of them can be restored", async () => {
  const few = await freshTenant({ mcp_config: { memory_versions: 2 } });
  const place = placeOf("versioned");
  for (const content of ["one", "two", "three", "four"]) {
    await putItem(few, place, { content, tags: [content] });
  }
  const versions = await listVersions(few, place);
  expect(versions.map(({ version, current, content }) => [version, current, content])).toEqual([
    [4, true, "four"],
    [3, false, "three"],
    [2, false, "two"],
  ]);
  const restored = await restoreVersion(few, place, { version: 2 });
  expect(restored).toMatchObject({ version: 5, content: "two", tags: ["two"] });
  await expect(restoreVersion(few, place, { version: 1 })).rejects.toMatchObject(gone);
  const none = await freshTenant({ mcp_config: { memory_versions: 0 } });
  await putItem(none, place, { content: 1 });
  await putItem(none, place, { content: 2 });
  expect(await listVersions(none, place)).toHaveLength(1);
});

test("a deleted item is gone, comes back as it was, and after an erasure never", async () => {
  const place = placeOf("brief");
  const written = await putItem(ctx, place, { content: "x", tags: ["t"] });
  await putItem(ctx, place, { content: "y" });
  expect(await deleteItem(ctx, place, 2)).toEqual({
    ...{ status: "deleted", item_id: written.item_id, version: 2 },
  });
  await expect(getItem(ctx, place)).rejects.toMatchObject(gone);
  await expect(deleteItem(ctx, place)).rejects.toMatchObject(gone);
  const trash = await listItems(ctx, { deleted: "true" });
  expect(trash.items).toMatchObject([{ key: "brief", deleted_at: expect.any(String) }]);
  expect(await undeleteItem(ctx, place)).toMatchObject({ content: "y", version: 2, tags: ["t"] });
  expect(await listVersions(ctx, place)).toHaveLength(2);
  await expect(undeleteItem(ctx, place)).rejects.toMatchObject(gone);
  await deleteItem(ctx, place);
  expect(await eraseItem(ctx, place)).toEqual({ status: "erased", item_id: written.item_id });
  await expect(undeleteItem(ctx, place)).rejects.toMatchObject(gone);
  await expect(eraseItem(ctx, place)).rejects.toMatchObject(gone);
});

test("a new item in the place of a deleted one is a new one, whose versions go on counting", async () => {
  const place = placeOf("reborn");
  await putItem(ctx, place, { content: 1, importance: 90 });
  await deleteItem(ctx, place);
  const reborn = await putItem(ctx, place, { content: 2, base_version: 0 });
  expect(reborn).toMatchObject({ version: 2, importance: 50, deleted_at: null });
});

test("an item past its own time is not there, and its place is free", async () => {
  const place = placeOf("expiring");
  await putItem(ctx, place, { content: 1, expires_at: "2001-01-01T00:00:00Z" });
  await expect(getItem(ctx, place)).rejects.toMatchObject(gone);
  expect((await listItems(ctx, { key_prefix: "expiring" })).items).toEqual([]);
  await putItem(ctx, place, { content: 2, base_version: 0, expires_at: null });
  expect((await getItem(ctx, place)).content).toBe(2);
});

test("a bulk of writes is done as a whole", async () => {
  const own = await freshTenant();
  const on = (key: string) => ({ agent_id: "ada", key });
  const { results } = await bulkItems(own, {
    operations: [
      { op: "set", ...on("a"), content: { n: 1 } },
      { op: "patch", ...on("a"), content: { m: 2 } },
      { op: "append", ...on("l"), values: [1] },
      { op: "set", ...on("c"), content: 1 },
      { op: "delete", ...on("c") },
    ],
  });
  expect(results).toMatchObject([
    { version: 1 },
    { content: { n: 1, m: 2 }, version: 2 },
    { content: [1] },
    { version: 1 },
    { status: "deleted" },
  ]);
  const refused = bulkItems(own, {
    operations: [
      { op: "set", ...on("d"), content: 1 },
      { op: "set", ...on("a"), content: 2, base_version: 1 },
    ],
  });
  await expect(refused).rejects.toMatchObject({
    code: "conflict",
    errors: [{ pointer: "/operations/1" }],
  });
  expect((await listItems(own, {})).items.map(({ key }) => key)).toEqual(["a", "l"]);
});

test("bulks and single writes of the same items at once never wait for each other for ever", async () => {
  const busy = await freshTenant();
  const keys = ["a", "b", "c", "d"];
  const bulk = (order: string[]) =>
    bulkItems(busy, {
      operations: order.map((key) => ({ op: "set" as const, agent_id: "ada", key, content: key })),
    });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 10 }, () => [
      bulk(keys),
      bulk([...keys].reverse()),
      ...keys.flatMap((key) => [
        putItem(busy, placeOf(key), { content: 1 }),
        deleteItem(busy, placeOf(key)),
      ]),
    ]).flat(),
  );
  const odd = outcomes.filter(
    (one) => one.status === "rejected" && one.reason.code !== "not_found",
  );
  expect(odd).toEqual([]);
});

test("items are listed in the order of their places, by pages and filters", async () => {
  const own = await freshTenant();
  for (const [agent, space, key, tags] of [
    ["a", "n1", "k1", ["x"]],
    ["a", "n1", "k2", []],
    ["a", "n2", "k1", ["x", "y"]],
    ["b", "n1", "k1", ["x"]],
  ] as const) {
    await putItem(own, placeOf(key, agent, space), { content: key, tags: [...tags] });
  }
  const places = async (query: Parameters<typeof listItems>[1]) =>
    (await listItems(own, query)).items.map((i) => `${i.agent_id}/${i.namespace}/${i.key}`);
  expect(await places({})).toEqual(["a/n1/k1", "a/n1/k2", "a/n2/k1", "b/n1/k1"]);
  expect(await places({ agent_id: "a" })).toEqual(["a/n1/k1", "a/n1/k2", "a/n2/k1"]);
  expect(await places({ agent_id: "a", namespace: "n1" })).toEqual(["a/n1/k1", "a/n1/k2"]);
  expect(await places({ namespace: "n1" })).toEqual(["a/n1/k1", "a/n1/k2", "b/n1/k1"]);
  expect(await places({ tag: "x", key_prefix: "k1" })).toEqual(["a/n1/k1", "a/n2/k1", "b/n1/k1"]);
  expect(await places({ updated_after: "2100-01-01T00:00:00Z" })).toEqual([]);
  for (const query of [{}, { agent_id: "a" }, { agent_id: "a", namespace: "n1" }]) {
    const all = await places(query);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listItems(own, { ...query, limit: 1, cursor });
      seen.push(...page.items.map((i) => `${i.agent_id}/${i.namespace}/${i.key}`));
      cursor = page.next ?? undefined;
    } while (cursor);
    expect(seen).toEqual(all);
  }
});

test("every write is audited with nothing of what it says, and metered", async () => {
  const own = await freshTenant();
  const place = placeOf("audited");
  const { item_id } = await putItem(own, place, { content: "hunter2", subject_id: "hunter2" });
  await patchItem(own, place, { content: "hunter3", base_version: 1 });
  await restoreVersion(own, place, { version: 1 });
  await deleteItem(own, place);
  await undeleteItem(own, place);
  await eraseItem(own, place);
  await putItem(own, place, { content: 1, base_version: 5 }).catch(() => undefined);
  const { items } = await listAudit(own, { target_id: item_id });
  expect(items.map(({ action }) => action).reverse()).toEqual([
    "memory.item.create",
    "memory.item.update",
    "memory.item.update",
    "memory.item.delete",
    "memory.item.undelete",
    "memory.item.erase",
  ]);
  expect(items.at(-2)).toMatchObject({ before: { version: 1 }, after: { version: 2, bytes: 9 } });
  expect(JSON.stringify(items)).not.toMatch(/hunter|audited/);
  await flushLedger();
  const { rows, total } = await reportUsage(own, { group_by: "name", kind: "memory_op" });
  expect(rows.map(({ group }) => group).sort()).toEqual([
    "memory.item.delete",
    "memory.item.erase",
    "memory.item.patch",
    "memory.item.restore",
    "memory.item.set",
    "memory.item.undelete",
  ]);
  expect(total).toMatchObject({ calls: 7, errors: 1 });
});
