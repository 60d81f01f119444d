import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseEgressAllow } from "#lib/core/egress.ts";
import type { DriverScope } from "../scope.ts";
import { bucketConnection } from "./connection-schema.ts";
import { bucketStore } from "./s3.ts";
import { type S3Server, s3Credential, startS3Server } from "./testing.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
});

const secrets: Record<string, string> = {
  ...{ id: s3Credential.id, key: s3Credential.secret },
  wrong: "nope",
};
let server: S3Server;

beforeAll(async () => {
  server = await startS3Server("docs");
  server.put("docs", "outside.txt", "outside");
  server.put("docs", "teams/hr.txt", "hr");
});

afterAll(() => server.close());

function open(change: Partial<DriverScope> = {}, connection: object = {}) {
  const scope: DriverScope = {
    ...{ tenantId: "t", resourceId: "r", address: "s3://docs/teams/a", limits: [{}] },
    egress: parseEgressAllow("127.0.0.1"),
    secret: (name) => Promise.resolve(secrets[name] ?? ""),
    redact: (value) => value,
    ...change,
  };
  return bucketStore(
    scope,
    bucketConnection.parse({
      ...{
        endpoint: server.endpoint,
        path_style: true,
        access_key_id_secret: "id",
        secret_access_key_secret: "key",
      },
      ...connection,
    }),
  );
}

const names = "reports/2026/über 100% (final)+'x'.csv";

test("a file is written, found, read whole and in part, listed and removed, whatever its name", async () => {
  const store = await open();
  expect(await store.write(names, Buffer.from("hello"), "text/csv")).toMatchObject({
    path: names,
    size: 5,
  });
  expect(await store.find(names)).toMatchObject({ kind: "file", size: 5 });
  const whole = await store.read(names, null);
  expect(Buffer.from(whole.bytes).toString()).toBe("hello");
  expect(whole).toMatchObject({ size: 5, mimeType: "text/csv" });
  const part = await store.read(names, { start: 1, end: 3 });
  expect(Buffer.from(part.bytes).toString()).toBe("ell");
  expect(part.size).toBe(5);
  expect((await store.list("", { limit: 10 })).entries).toMatchObject([
    { path: "reports/", kind: "folder" },
  ]);
  expect((await store.list("reports/2026", { limit: 10 })).entries).toMatchObject([
    { path: names, size: 5 },
  ]);
  await store.remove(names);
  await expect(store.read(names, null)).rejects.toMatchObject({ code: "not_found" });
  await expect(store.remove(names)).rejects.toMatchObject({ code: "not_found" });
  expect(await store.find(names)).toBeNull();
});

test("what lies outside of the prefix is not there", async () => {
  const store = await open();
  for (const path of ["outside.txt", "hr.txt", "teams/hr.txt", "a/hr.txt"]) {
    await expect(store.read(path, null)).rejects.toMatchObject({ code: "not_found" });
  }
  expect((await store.list("", { limit: 10 })).entries.map(({ path }) => path)).not.toContain(
    "hr.txt",
  );
  for (const address of [
    "s3://docs/../x",
    "s3://docs/a/./b",
    "s3://DOCS/a",
    "s3://u:p@docs/a",
    "http://docs/a",
    "s3://",
  ]) {
    await expect(open({ address })).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("a long folder comes in pages that together are all of it", async () => {
  const store = await open({ address: "s3://docs/pages" });
  for (let at = 0; at < 7; at++) await store.write(`f${at}`, Buffer.from("x"), "text/plain");
  const first = await store.list("", { limit: 4 });
  const second = await store.list("", { limit: 4, cursor: first.next_cursor ?? "" });
  expect([...first.entries, ...second.entries].map(({ path }) => path)).toEqual([
    "f0",
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "f6",
  ]);
  expect(second.next_cursor).toBeNull();
});

test("a cursor is of its own list alone, and names no key", async () => {
  for (const key of [
    "teams/a/list/1",
    "teams/a/list/2",
    "teams/a/list/secret-name/x",
    "teams/b/1",
    "teams/b/2",
  ])
    server.put("docs", key, key);
  const store = await open();
  const { next_cursor: cursor } = await store.list("list", { limit: 2 });
  if (cursor === null) throw new Error("There is one page alone");
  expect(await store.list("list", { limit: 2, cursor })).toMatchObject({
    ...{ entries: [{ path: "list/secret-name/" }], next_cursor: null },
  });
  for (const part of cursor.split(".")) {
    expect(Buffer.from(part, "base64url").toString("latin1")).not.toContain("list");
  }
  const refused = { code: "invalid_request", errors: [{ pointer: "/cursor" }] };
  const others = [
    () => store.list("", { limit: 2, cursor }),
    async () => (await open({ tenantId: "other" })).list("list", { limit: 2, cursor }),
    async () => (await open({ resourceId: "other" })).list("list", { limit: 2, cursor }),
    async () => (await open({ address: "s3://docs/teams" })).list("a", { limit: 2, cursor }),
    ...["", "teams/b/1", Buffer.from("teams/b/1").toString("base64"), cursor.toUpperCase()].map(
      (forged) => () => store.list("list", { limit: 2, cursor: forged }),
    ),
  ];
  for (const list of others) await expect(list()).rejects.toMatchObject(refused);
});

test("a link reads its own file without a credential, and nothing else", async () => {
  const store = await open();
  await store.write("one.txt", Buffer.from("one"), "text/plain");
  await store.write("two.txt", Buffer.from("two"), "text/plain");
  const link = await store.link("one.txt", "GET", 60);
  expect(await (await fetch(link)).text()).toBe("one");
  const other = link.href.replace("one.txt", "two.txt");
  expect((await fetch(other)).status).toBe(403);
  expect((await fetch(link, { method: "DELETE" })).status).toBe(403);
  const put = await store.link("three.txt", "PUT", 60);
  expect((await fetch(put, { method: "PUT", body: "three" })).status).toBe(200);
  expect(Buffer.from((await store.read("three.txt", null)).bytes).toString()).toBe("three");
  const dead = await store.link("one.txt", "GET", 1);
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  expect((await fetch(dead)).status).toBe(403);
});

test("refusals say what is wrong: keys, bucket, address, guard", async () => {
  const failed = { code: "upstream_failed" };
  await expect(
    (await open({}, { secret_access_key_secret: "wrong" })).read("one.txt", null),
  ).rejects.toMatchObject(failed);
  await expect(
    (await open({ address: "s3://nobucket/x" })).list("", { limit: 1 }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/not_found|upstream_failed/) });
  await expect(
    (await open({}, { endpoint: "http://127.0.0.1:1" })).read("one.txt", null),
  ).rejects.toMatchObject(failed);
  await expect(
    (await open({ egress: parseEgressAllow("") })).read("one.txt", null),
  ).rejects.toMatchObject(failed);
});
