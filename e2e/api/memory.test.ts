import { beforeAll, expect, inject, test } from "vitest";
import { type NewTenant, newTenant } from "./client.ts";

let tenant: NewTenant;

beforeAll(async () => {
  tenant = await newTenant();
});

const path = "/memory/ada/items/plans/trip%2Flisbon";

test("a memory lives over HTTP: written by If-Match, patched, appended to, restored, deleted, back", async () => {
  const { call } = tenant;
  const first = await call("PUT", path, { content: { a: 1 }, tags: ["travel"] });
  expect([first.status, first.headers.get("etag")]).toEqual([200, '"1"']);
  const stale = await call("PUT", path, { content: 2 }, { "if-match": '"7"' });
  expect([stale.status, stale.body]).toMatchObject([409, { code: "conflict", version: 1 }]);
  const patched = await call("PATCH", path, { content: { b: [1] } }, { "if-match": '"1"' });
  expect(patched.body).toMatchObject({ content: { a: 1, b: [1] }, version: 2 });
  const list = await call("POST", "/memory/ada/items/plans/log/append", { values: ["x"] });
  expect(list.body).toMatchObject({ content: ["x"], version: 1 });
  expect((await call("POST", `${path}/restore`, { version: 1 })).body).toMatchObject({
    ...{ content: { a: 1 }, version: 3, key: "trip/lisbon" },
  });
  const { body } = await call<{ versions: { version: number }[] }>("GET", `${path}/versions`);
  expect(body.versions.map(({ version }) => version)).toEqual([3, 2, 1]);
  expect((await call("DELETE", path)).body).toMatchObject({ status: "deleted", version: 3 });
  expect((await call("GET", path)).status).toBe(404);
  expect((await call("POST", `${path}/undelete`)).body).toMatchObject({ version: 3 });
  const found = await call("POST", "/memory/search", { query: "travel" });
  expect(found.body).toMatchObject({ items: [{ key: "trip/lisbon" }], semantic: "unavailable" });
  expect((await call("POST", `${path}/erase`)).body).toMatchObject({ status: "erased" });
});

test("an export is streamed as JSON Lines, and an import takes it", async () => {
  const { call, key } = tenant;
  await call("PUT", path, { content: "ünïcode\u0000" });
  const headers = { authorization: `Bearer ${key}` };
  const url = inject("serverUrl");
  const exported = await fetch(`${url}/memory/items/export`, { headers });
  expect(exported.headers.get("content-type")).toBe("application/x-ndjson");
  const text = await exported.text();
  expect(
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).type),
  ).toContain("item");
  const other = await newTenant();
  const imported = await fetch(`${url}/memory/items/import`, {
    ...{ method: "POST", body: text },
    headers: { authorization: `Bearer ${other.key}`, "content-type": "application/x-ndjson" },
  });
  expect(await imported.json()).toMatchObject({ failed: 0 });
  expect((await other.call("GET", path)).body).toMatchObject({ content: "ünïcode\u0000" });
});

test("the trash, namespaces, grants, bulks and erasures have their addresses", async () => {
  const { call } = tenant;
  const bulk = await call("POST", "/memory/items/bulk", {
    operations: [
      { op: "set", agent_id: "bob", key: "k", content: 1 },
      { op: "delete", agent_id: "bob", key: "k" },
    ],
  });
  expect(bulk.body).toMatchObject({ results: [{ version: 1 }, { status: "deleted" }] });
  const trash = await call("GET", "/memory/items?deleted=true&agent_id=bob");
  expect(trash.body).toMatchObject({ items: [{ key: "k" }] });
  const ttl = await call("PUT", "/memory/items/namespaces/scratch", { ttl_seconds: 60 });
  expect(ttl.body).toEqual({ namespace: "scratch", ttl_seconds: 60 });
  const grants = [{ type: "agent", id: "bob", access: "read" }];
  expect((await call("PUT", "/memory/ada/grants/plans", { grants })).body).toMatchObject({
    grants: [{ agent_id: "ada", namespace: "plans", ...grants[0] }],
  });
  const erased = await call("POST", "/memory/items/erasures", { agent_id: "bob" });
  expect(erased.body).toMatchObject({ items: 1, scope: "agent" });
});
