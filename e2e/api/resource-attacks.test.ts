import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { type S3Server, s3Credential, startS3Server } from "#lib/resources/drivers/file/testing.ts";
import { useTenantDatabase } from "#lib/resources/drivers/testing.ts";
import { askAs } from "../mcp.ts";
import { type Call, callAs, type NewTenant, newTenant } from "./client.ts";

const db = useTenantDatabase(
  "create table people (id int primary key, name text); insert into people select n, 'p' || n from generate_series(1, 30) n",
  () => inject("databaseUrl"),
);

/** Heads of requests as they came, byte for byte: a parser would hide what was smuggled. */
const heads: string[] = [];
const upstream = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    heads.push(chunk.toString("latin1"));
    const body = '{"ok":true}';
    socket.end(
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
});

let s3: S3Server;
let owner: NewTenant;
let stranger: NewTenant;
let host = "";
const all = ["read", "write", "admin", "deploy", "delete"];

beforeAll(async () => {
  s3 = await startS3Server("docs");
  s3.put("docs", "outside.txt", "content-of-outside");
  s3.put("docs", "teams/ab/x.txt", "content-of-outside");
  await new Promise<void>((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  const address = upstream.address();
  if (address === null || typeof address === "string") throw new Error("No port");
  host = `127.0.0.1:${address.port}`;
  [owner, stranger] = [await newTenant(), await newTenant()];
  await owner.call("PUT", "/secrets/S3_ID", { value: s3Credential.id });
  await owner.call("PUT", "/secrets/S3_KEY", { value: s3Credential.secret });
  await owner.call("PUT", "/secrets/API_TOKEN", { value: "token-of-the-api" });
  const bucket = {
    ...{ endpoint: s3.endpoint, path_style: true },
    ...{ access_key_id_secret: "S3_ID", secret_access_key_secret: "S3_KEY" },
  };
  for (const input of [
    { resource_id: "crm", type: "database", uri: db.url },
    { resource_id: "folder", type: "file", uri: "file:///within" },
    { resource_id: "beside", type: "file", uri: "file:///beside" },
    { resource_id: "bucket", type: "file", uri: "s3://docs/teams/a", connection: bucket },
    {
      ...{ resource_id: "orders", type: "api", uri: `http://${host}/v1` },
      connection: { auth: { type: "bearer", secret: "API_TOKEN" }, allow: [{ path: "/orders/*" }] },
    },
  ]) {
    const body = { name: input.resource_id, access_permissions: all, ...input };
    const made = await owner.call("POST", "/resources/register", body);
    if (made.status !== 200) throw new Error(JSON.stringify(made.body));
  }
  await owner.call("PUT", "/resources/beside/files/content?path=secret.txt", "content-of-beside");
});

afterAll(async () => {
  await s3.close();
  upstream.close();
});

/** A key of the tenant with these scopes, for the agent that grants name. */
async function agentOf(agentId: string, scopes: string[]): Promise<{ key: string; call: Call }> {
  const { body } = await owner.call<{ key: string }>("POST", "/keys", {
    ...{ name: agentId, agent_id: agentId, scopes },
  });
  return { key: body.key, call: callAs(inject("serverUrl"), body.key) };
}

const sql = [
  ["NOTIFY", "notify tausestack, 'x'"],
  ["LISTEN", "listen tausestack"],
  ["a prepared transaction", "prepare transaction 'left'"],
  ["a prepared statement", "prepare left_behind as select 1"],
  ["a temporary table", "create temp table left_behind (x int)"],
  ["a cursor WITH HOLD", "declare left_behind cursor with hold for select * from people"],
  ["a large object", "select lo_from_bytea(0, 'x'), lo_unlink(1)"],
  ["an import of a large object", "select lo_import('/etc/passwd')"],
  ["dblink", "select * from dblink('host=127.0.0.1', 'delete from people') t(x text)"],
  ["pg_read_file", "select pg_read_file('/etc/passwd')"],
  ["pg_read_binary_file", "select pg_read_binary_file('/etc/passwd')"],
  ["COPY TO PROGRAM", "copy people to program 'id'"],
  ["COPY FROM a file", "copy people from '/etc/passwd'"],
  ["DO", "do $$ begin delete from people; end $$"],
  ["a changing WITH", "with gone as (delete from people returning 1) select * from gone"],
  ["two statements", "select 1; delete from people"],
  ["an end of the transaction", "commit; delete from people"],
  ["COMMIT AND CHAIN", "commit and chain"],
  ["SET ROLE", "set role postgres"],
  ["SET SESSION AUTHORIZATION", "set session authorization default"],
  ["ALTER SYSTEM", "alter system set work_mem = '1MB'"],
  ["EXPLAIN ANALYZE of a change", "explain analyze delete from people"],
  ["EXECUTE", "execute left_behind"],
  ["set_config to read write", "select set_config('transaction_read_only', 'off', true)"],
  ["a change by query_to_xml", "select query_to_xml('delete from people', true, false, '')"],
  ["dynamic SQL by a cursor function", "select cursor_to_xml('people', 1, true, false, '')"],
  ["a comment that hides an end", "select 1 /* ; */ ; delete from people --"],
  ["a parameter that is SQL", "select $1; delete from people"],
] as const;

test.each(sql)("%s neither reads nor changes more than a SELECT may", async (_name, text) => {
  const asked = await owner.call("POST", "/resources/crm/query", { sql: text });
  expect([400, 403, 502]).toContain(asked.status);
  const said = JSON.stringify(asked.body);
  for (const secret of ["root:", new URL(db.url).password]) expect(said).not.toContain(secret);
  const after = await owner.call<{ rows: unknown[] }>("POST", "/resources/crm/query", {
    sql: "select (select count(*)::int from people), (select count(*)::int from pg_prepared_statements where name = 'left_behind'), (select count(*)::int from pg_cursors where name = 'left_behind'), (select count(*)::int from pg_prepared_xacts where gid = 'left'), (select count(*)::int from pg_largeobject_metadata)",
  });
  expect(after.body.rows).toEqual([[30, 0, 0, 0, 0]]);
});

test.each(sql.filter(([name]) => name !== "a changing WITH" && !name.startsWith("EXPLAIN")))(
  "%s is no change of data for who may write",
  async (_name, text) => {
    const asked = await owner.call("POST", "/resources/crm/execute", { sql: text });
    expect([400, 403, 502]).toContain(asked.status);
    expect(await db.run("select count(*)::int as n from people")).toEqual([{ n: 30 }]);
  },
);

test("one NOTIFY within a SELECT reaches nobody, and locks of one caller bind no other", async () => {
  const left =
    "select pg_advisory_lock(7)::text, pg_notify('tausestack', 'x')::text, set_config('app.left', 'x', false)";
  expect((await owner.call("POST", "/resources/crm/query", { sql: left })).status).toBe(200);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      owner.call<{ rows: unknown[] }>("POST", "/resources/crm/query", {
        sql: "select coalesce(current_setting('app.left', true), ''), pg_try_advisory_lock(7 + pg_backend_pid())",
      }),
    ),
  );
  for (const { body } of answers) expect(body.rows).toEqual([["", true]]);
});

const traversals = [
  ...["../beside/secret.txt", "a/../../beside/secret.txt", "..", ".", "./x", "/beside/secret.txt"],
  ...["//beside/secret.txt", "..\\beside\\secret.txt", "..%2fbeside%2fsecret.txt", "%2e%2e/beside"],
  ...["\u2025/beside/secret.txt", "\uff0e\uff0e/beside/secret.txt", "..\u0000/x", "a/\r\nx", ""],
  ...["..;/beside/secret.txt", "file:///beside/secret.txt", "/etc/passwd", "/proc/self/environ"],
  ...[
    "/proc/self/cwd/package.json",
    ".tausestack-x",
    "teams/../../outside.txt",
    "a//b",
    "../ab/x.txt",
  ],
];

describe.each(["folder", "bucket"])("of a %s", (id) => {
  test.each(traversals)(
    "the path %j leads nowhere, to read, write, list, link and delete",
    async (path) => {
      const at = `/resources/${id}/files`;
      const query = `path=${encodeURIComponent(path)}`;
      const answers = [
        await owner.call("GET", `${at}/content?${query}`),
        await owner.call("GET", `${at}?folder=${encodeURIComponent(path)}/x`),
        await owner.call("DELETE", `${at}/content?${query}`),
      ];
      for (const { status } of answers) expect([200, 400, 404, 422]).toContain(status);
      expect(JSON.stringify(answers)).not.toMatch(/content-of-|root:|DATABASE_URL/);
      expect([400, 404]).toContain(answers[0]?.status);
      const written = await owner.call("PUT", `${at}/content?${query}`, "written");
      expect([200, 400, 404]).toContain(written.status);
      const link = await owner.call<{ url: string }>("POST", `${at}/link`, { path });
      if (link.status === 200) {
        expect(new URL(link.body.url).pathname.startsWith("/docs/teams/a/")).toBe(true);
      }
      expect(s3.keys("docs").filter((key) => !key.startsWith("teams/a/"))).toEqual([
        ...["outside.txt", "teams/ab/x.txt"],
      ]);
      const kept = await owner.call("GET", "/resources/beside/files/content?path=secret.txt");
      expect(kept.body).toBe('"content-of-beside"');
    },
  );
});

test("a link is of its own file, method, bucket and time, and none is given after the grant is gone", async () => {
  await owner.call("PUT", "/resources/bucket/files/content?path=mine/one.txt", "one");
  const grant = {
    ...{ subject: { type: "agent", id: "linker" }, permissions: ["read"] },
    conditions: { path_prefix: "mine" },
  };
  const path = "/resources/bucket/grants";
  const { body } = await owner.call<{ grant_id: string }>("POST", path, grant);
  const agent = await agentOf("linker", ["resources:read", "resources:write"]);
  const ask = (input: object) =>
    agent.call<{ url: string }>("POST", "/resources/bucket/files/link", input);
  const link = await ask({ path: "mine/one.txt", expires_seconds: 60 });
  const get = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).status;
  const { url } = link.body;
  expect(await get(url)).toBe(200);
  for (const forged of [
    url.replace("mine/one.txt", "other.txt"),
    url.replace("/teams/a/mine/one.txt", "/outside.txt"),
    url.replace("X-Amz-Expires=60", "X-Amz-Expires=3600"),
    url.replace(/X-Amz-Date=\d+T\d+Z/, "X-Amz-Date=20300101T000000Z"),
    url.replace(/&X-Amz-Signature=\w+/, ""),
  ]) {
    expect([forged === url, await get(forged)]).toEqual([false, 403]);
  }
  for (const method of ["PUT", "DELETE", "POST"]) expect(await get(url, { method })).toBe(403);
  for (const input of [
    { path: "other.txt" },
    { path: "mine/../other.txt" },
    { path: "mine/one.txt", method: "PUT" },
    { path: "mine/one.txt", expires_seconds: 86_400 },
  ]) {
    expect([400, 403, 404]).toContain((await ask(input)).status);
  }
  expect(
    (await stranger.call("POST", "/resources/bucket/files/link", { path: "mine/one.txt" })).status,
  ).toBe(404);
  await owner.call("DELETE", `${path}/${body.grant_id}`);
  await expect.poll(async () => (await ask({ path: "mine/one.txt" })).status).toBe(404);
  await owner.call("DELETE", path);
});

const smuggled = [
  ...["/orders/@evil.example/x", "/@evil.example/", "//evil.example/x", "/orders//evil.example"],
  ...["\\\\evil.example", "/\\evil.example/x", "/orders/..%2f..%2fadmin", "/orders/%2e%2e/admin"],
  ...[
    "/orders/%252e%252e/admin",
    "/orders/..;/admin",
    "/orders/../admin",
    "/orders/./x",
    "/orders/%2fadmin",
  ],
  ...[
    "/orders/1\r\nHost: evil.example",
    "/orders/1 HTTP/1.1\r\nX: y",
    "/orders/%0d%0aX: y",
    "/orders/1?x=1",
  ],
  ...[
    "/orders/1#x",
    "http://evil.example/orders/1",
    "orders/1",
    "/orders/\u2025/x",
    "/orders/\uff0f\uff0e",
    "/admin",
  ],
  ...[
    "/orders/1\u0000",
    "/ordersx",
    "/ORDERS/1",
    `/orders/${"x".repeat(3_000)}`,
    "/orders/%00",
    "/orders/%",
  ],
];

test.each(smuggled)(
  "the path %j of a request goes nowhere but below what the API allows",
  async (path) => {
    heads.length = 0;
    const answer = await owner.call("POST", "/resources/orders/request", { path });
    expect([200, 400, 403]).toContain(answer.status);
    for (const head of heads) {
      const [line = "", ...headers] = head.split("\r\n");
      expect(line).toMatch(/^GET \/v1\/orders\/[^ ?#\\]* HTTP\/1\.1$/);
      expect(decodeURIComponent(line.split(" ")[1] ?? "")).not.toMatch(/\/\.\.?(\/|;|$)|\/\//);
      expect(headers.filter((each) => /^host:/i.test(each))).toEqual([
        expect.stringMatching(new RegExp(`^host: ${host}$`, "i")),
      ]);
      expect(headers.filter((each) => /^x:/i.test(each))).toEqual([]);
    }
  },
);

test.each([
  { method: "GET /x HTTP/1.1\r\nX: y" },
  { method: "CONNECT" },
  { headers: { host: "evil.example" } },
  { query: { "a\r\nX: y": "b" } },
  { query: { a: "b\r\nX: y#?&c=d" } },
  { body: "x", method: "GET" },
])("the rest of a request smuggles nothing either: %j", async (change) => {
  heads.length = 0;
  const answer = await owner.call("POST", "/resources/orders/request", {
    path: "/orders/1",
    ...change,
  });
  expect([200, 400]).toContain(answer.status);
  for (const head of heads) {
    expect(head).toMatch(/^GET \/v1\/orders\/1(\?[\w%=+&.*-]*)? HTTP\/1\.1\r\n/);
    expect(head).not.toMatch(/\r\nx: y/i);
  }
});

test("an address with a user, another host or a query does not take the credential along", async () => {
  for (const uri of [
    `http://u:p@${host}@127.0.0.1:1/v1`,
    `http://${host}/v1?x=`,
    `http://${host}/v1#`,
  ]) {
    const body = {
      resource_id: "odd",
      name: "odd",
      type: "api",
      uri,
      connection: { auth: { type: "bearer", secret: "API_TOKEN" } },
    };
    await owner.call("POST", "/resources/register", body);
    heads.length = 0;
    await owner.call("POST", "/resources/odd/request", { path: "/orders/1" });
    for (const head of heads) expect(head).toMatch(/^GET \/v1\/orders\/1 HTTP/);
  }
});

test("a grant that ends between two pages gives the first alone, by cursor, file list and MCP", async () => {
  const expires_at = new Date(Date.now() + 4_000).toISOString();
  const grant = { subject: { type: "agent", id: "pager" }, permissions: ["read"], expires_at };
  for (const id of ["crm", "folder"]) await owner.call("POST", `/resources/${id}/grants`, grant);
  for (const name of ["1", "2", "3"])
    await owner.call("PUT", `/resources/beside/files/content?path=${name}`, name);
  const agent = await agentOf("pager", ["resources:read", "resources:write"]);
  const query = { sql: "select id from people order by id", max_rows: 10 };
  const page = async (cursor?: string) =>
    agent.call<{ next_cursor: string }>("POST", "/resources/crm/query", {
      ...query,
      ...(cursor ? { cursor } : {}),
    });
  const first = await page();
  expect(first).toMatchObject({ status: 200, body: { row_count: 10 } });
  await expect
    .poll(async () => (await page(first.body.next_cursor)).status, { timeout: 15_000 })
    .toBe(404);
  const mcp = askAs(inject("serverUrl"), agent.key, {});
  for (const uri of ["resource://crm/", "resource://folder/"]) {
    expect((await mcp("resources/read", { uri })).error).toMatchObject({
      data: { code: "not_found" },
    });
  }
  expect((await agent.call("GET", "/resources/folder/files")).status).toBe(404);
  for (const id of ["crm", "folder"]) await owner.call("DELETE", `/resources/${id}/grants`);
});

test("a member with few grants gets no further by the words of other verbs", async () => {
  const grant = {
    subject: { type: "agent", id: "few" },
    permissions: ["read"],
    conditions: { tables: ["public.none"] },
  };
  await owner.call("POST", "/resources/crm/grants", grant);
  const few = await agentOf("few", ["resources:read", "resources:write"]);
  const attempts: [string, string, object?][] = [
    ["POST", "/resources/crm/query", { sql: "select * from people" }],
    ["POST", "/resources/crm/select", { table: "people" }],
    ["POST", "/resources/crm/execute", { sql: "delete from people" }],
    ["POST", "/resources/crm/execute", { sql: "drop table people", mode: "admin" }],
    ["GET", "/resources/crm/columns?table=people"],
    ["PUT", "/resources/crm/grants", []],
    ["DELETE", "/resources/crm/grants"],
    ["DELETE", "/resources/crm"],
    [
      "POST",
      "/resources/register",
      { resource_id: "crm", name: "x", type: "database", uri: db.url },
    ],
    [
      "POST",
      "/resources/register",
      {
        resource_id: "mine",
        name: "x",
        type: "doc",
        uri: (await owner.call<{ uri: string }>("GET", "/resources/crm")).body.uri,
      },
    ],
  ];
  for (const [method, path, body] of attempts) {
    const answer = await few.call(method, path, body);
    expect([method, path, [400, 403, 404, 409].includes(answer.status)]).toEqual([
      method,
      path,
      true,
    ]);
    expect(JSON.stringify(answer.body)).not.toContain("p1");
  }
  const mcp = askAs(inject("serverUrl"), few.key, {});
  expect(
    (await mcp("resources/read", { uri: "resource://crm/public/people" })).error,
  ).toMatchObject({ data: { code: "not_found" } });
  await owner.call("DELETE", "/resources/crm/grants");
});

test("many and large uses at once are answered or told to wait, and leave the others theirs", async () => {
  const slow = Array.from({ length: 40 }, () =>
    owner.call("POST", "/resources/crm/query", { sql: "select pg_sleep(0.2), repeat('x', 20000)" }),
  );
  const other = stranger.call("GET", "/resources");
  expect((await other).status).toBe(200);
  for (const { status } of await Promise.all(slow)) expect([200, 429, 503]).toContain(status);
  const huge = await owner.call("POST", "/resources/crm/query", {
    sql: `select '${"x".repeat(200_000)}'`,
  });
  expect(huge.status).toBe(400);
  const params = Array.from({ length: 1_001 }, (_, at) => at);
  expect(
    (await owner.call("POST", "/resources/crm/query", { sql: "select 1", params })).status,
  ).toBe(400);
  expect(await db.run("select count(*)::int as n from people")).toEqual([{ n: 30 }]);
});
