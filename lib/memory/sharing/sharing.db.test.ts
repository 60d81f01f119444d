import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { bulkItems } from "../items/bulk.ts";
import { getItem, listItems } from "../items/read.ts";
import { actingFor, ageItems, placeOf } from "../items/testing.ts";
import { eraseItem, undeleteItem } from "../items/trash.ts";
import { appendItem, deleteItem, patchItem, putItem } from "../items/verbs.ts";
import { listVersions, restoreVersion } from "../items/versions.ts";
import { searchItems } from "../search/search.ts";
import { deleteMemory, getMemory, listMemories, registerMemory } from "../service.ts";
import { listMemoryGrants, putMemoryGrants } from "./grants.ts";
import { listNamespaces, putNamespace } from "./namespaces.ts";

useTestDatabase();

let ctx: Ctx;
let ada: Ctx;
let bob: Ctx;
const place = placeOf("plan", "ada", "shared");

beforeAll(async () => {
  ctx = await freshTenant();
  [ada, bob] = [actingFor(ctx, "ada"), actingFor(ctx, "bob")];
  await putItem(ctx, place, { content: ["launch"] });
  await putItem(ctx, placeOf("diary", "ada", "private"), { content: "launch diary" });
  await registerMemory(ctx, { agent_id: "ada", context: { own: true } });
});

const forbidden = { status: "rejected", reason: { code: "forbidden", status: 403 } };

const keysOf = (items: { key: string }[]) => items.map(({ key }) => key).sort();

test("a key that acts for one agent can do nothing with another's memory, and is told why", async () => {
  await putMemoryGrants(ctx, "ada", "shared", { grants: [] });
  for (const key of ["plan", "missing"]) {
    const there = { ...place, key };
    for (const outcome of await Promise.allSettled([
      getItem(bob, there),
      putItem(bob, there, { content: 1 }),
      patchItem(bob, there, {}),
      appendItem(bob, there, { values: [1] }),
      deleteItem(bob, there),
      undeleteItem(bob, there),
      eraseItem(bob, there),
      listVersions(bob, there),
      restoreVersion(bob, there, { version: 1 }),
      bulkItems(bob, {
        operations: [{ op: "delete", agent_id: "ada", namespace: "shared", key }],
      }),
      listMemoryGrants(bob, "ada"),
      getMemory(bob, "ada"),
      registerMemory(bob, { agent_id: "ada" }),
      deleteMemory(bob, "ada"),
    ])) {
      expect(outcome).toMatchObject(forbidden);
    }
  }
  expect((await listItems(bob, {})).items).toEqual([]);
  expect((await listItems(bob, { agent_id: "ada" })).items).toEqual([]);
  expect((await searchItems(bob, { query: "launch" })).items).toEqual([]);
  expect((await listMemories(bob, {})).items).toEqual([]);
  expect((await getItem(ada, place)).content).toEqual(["launch"]);
  expect((await getMemory(ada, "ada")).context).toEqual({ own: true });
});

test("a namespace granted for reading is read and found, and its neighbours are not", async () => {
  const grant = { type: "agent", id: "bob", access: "read" } as const;
  await putMemoryGrants(ctx, "ada", "shared", { grants: [grant] });
  expect((await getItem(bob, place)).content).toEqual(["launch"]);
  expect(keysOf((await listItems(bob, {})).items)).toEqual(["plan"]);
  expect(keysOf((await searchItems(bob, { query: "launch" })).items)).toEqual(["plan"]);
  const outcomes = await Promise.allSettled([
    putItem(bob, place, { content: 1 }),
    getItem(bob, placeOf("diary", "ada", "private")),
    getMemory(bob, "ada"),
  ]);
  for (const outcome of outcomes) expect(outcome).toMatchObject(forbidden);
  const carol = actingFor(ctx, "carol");
  await expect(getItem(carol, place)).rejects.toMatchObject({ code: "forbidden" });
});

test("a key is granted writing by its id, and taking the grant back ends it with the next call", async () => {
  const grant = { type: "key", id: "key_bob", access: "write" } as const;
  const granted = await putMemoryGrants(ctx, "ada", "shared", { grants: [grant, grant] });
  expect(granted).toMatchObject([{ agent_id: "ada", namespace: "shared", ...grant }]);
  expect(await listMemoryGrants(ctx, "ada")).toEqual(granted);
  expect((await appendItem(bob, place, { values: ["land"] })).content).toEqual(["launch", "land"]);
  await putMemoryGrants(ctx, "ada", "shared", { grants: [] });
  await expect(getItem(bob, place)).rejects.toMatchObject({ code: "forbidden" });
  const { items } = await listAudit(ctx, { target_id: "ada" });
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["memory.share", "memory.unshare"]),
  );
});

test("all of an agent's namespaces are granted by *, with its context document", async () => {
  const grant = { type: "agent", id: "bob", access: "read" } as const;
  await putMemoryGrants(ctx, "ada", "*", { grants: [grant] });
  expect((await getMemory(bob, "ada")).context).toEqual({ own: true });
  expect((await listMemories(bob, {})).items.map(({ agent_id }) => agent_id)).toEqual(["ada"]);
  expect(keysOf((await listItems(bob, {})).items)).toEqual(["diary", "plan"]);
  await expect(registerMemory(bob, { agent_id: "ada" })).rejects.toMatchObject({
    code: "forbidden",
  });
  await putMemoryGrants(ctx, "ada", "*", { grants: [] });
});

test("only a credential that acts for no agent grants, and one with the scope", async () => {
  await expect(putMemoryGrants(ada, "ada", "shared", { grants: [] })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(putNamespace(ada, "shared", { ttl_seconds: 1 })).rejects.toMatchObject({
    code: "forbidden",
  });
  const reader = tenantCtx(ctx.tenantId, ["memory:read"]);
  await expect(putMemoryGrants(reader, "ada", "x", { grants: [] })).rejects.toMatchObject({
    code: "insufficient_scope",
  });
  await expect(putNamespace(reader, "x", { ttl_seconds: 1 })).rejects.toMatchObject({
    code: "insufficient_scope",
  });
});

test("a grant of one tenant is none of another's", async () => {
  const other = await freshTenant();
  await putItem(other, place, { content: "theirs" });
  await putMemoryGrants(ctx, "ada", "shared", {
    grants: [{ type: "agent", id: "bob", access: "write" }],
  });
  const theirBob = actingFor(other, "bob");
  await expect(getItem(theirBob, place)).rejects.toMatchObject({ code: "forbidden" });
  expect(await listMemoryGrants(other, "ada")).toEqual([]);
  await expect(listMemoryGrants(other, "nobody")).rejects.toMatchObject({ code: "not_found" });
});

test("the entries of a namespace live as long as it says, of every agent, from the next read on", async () => {
  const own = await freshTenant();
  await putItem(own, placeOf("short", "ada", "scratch"), { content: "note" });
  await putItem(own, placeOf("long", "ada", "notes"), { content: "note" });
  await ageItems(own, 120);
  expect(await putNamespace(own, "scratch", { ttl_seconds: 60 })).toEqual({
    ...{ namespace: "scratch", ttl_seconds: 60 },
  });
  expect(await listNamespaces(own)).toEqual([{ namespace: "scratch", ttl_seconds: 60 }]);
  await expect(getItem(own, placeOf("short", "ada", "scratch"))).rejects.toMatchObject({
    code: "not_found",
  });
  expect(keysOf((await listItems(own, {})).items)).toEqual(["long"]);
  expect(keysOf((await searchItems(own, { query: "note" })).items)).toEqual(["long"]);
  await putNamespace(own, "scratch", { ttl_seconds: null });
  expect(keysOf((await listItems(own, {})).items)).toEqual(["long", "short"]);
  expect((await listAudit(own, { target_id: "scratch" })).items).toMatchObject([
    { action: "memory.namespace.update", before: { ttl_seconds: 60 } },
    { action: "memory.namespace.update", before: null, after: { ttl_seconds: 60 } },
  ]);
});
