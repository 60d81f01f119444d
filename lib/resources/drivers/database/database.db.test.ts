import postgres from "postgres";
import { expect, inject, test } from "vitest";
import { parseEgressAllow } from "#lib/core/egress.ts";
import type { DriverScope } from "../scope.ts";
import { scopeOf, useTenantDatabase } from "../testing.ts";
import { browseDatabase, describeTable } from "./browse.ts";
import { databaseConnection, executeInput, queryInput, selectInput } from "./connection-schema.ts";
import { queryDatabase } from "./read.ts";
import { selectFromTable } from "./select.ts";
import { openSessions } from "./sessions.ts";
import { executeInDatabase } from "./write.ts";

const db = useTenantDatabase(`
  create table people (id int primary key, name text not null, salary numeric, born date, tags text[], doc jsonb, big bigint, ok boolean);
  comment on table people is 'Who works here';
  comment on column people.salary is 'In euros';
  insert into people select n, 'p' || n, n * 1000.50, date '2000-01-01' + n, array['a', 'b'], jsonb_build_object('n', n), 9007199254740993, n % 2 = 0 from generate_series(1, 250) n;
  create schema hr;
  create table hr.notes (id int, secret text);
  insert into hr.notes values (1, 'x');
  create function writes() returns int language plpgsql as $$ begin insert into hr.notes values (2, 'y'); return 1; end $$;
`);

const connection = databaseConnection.parse({ statement_timeout_ms: 2_000 });
const scope = (change = {}) => scopeOf(db.url, change);
const query = (input: object, change = {}) =>
  queryDatabase(scope(change), connection, queryInput.parse(input));
const execute = (input: object, change = {}, reads: DriverScope["limits"] = [{}]) =>
  executeInDatabase(scope(change), connection, executeInput.parse(input), reads);
const select = (input: object, change = {}) =>
  selectFromTable(scope(change), connection, selectInput.parse(input));
const notes = async () => (await db.run("select count(*)::int as n from hr.notes"))[0]?.n;

test("a SELECT answers columns with their types, and values as JSON carries them exactly", async () => {
  const answer = await query({ sql: "select * from people where id = $1 -- one", params: [1] });
  expect(answer.columns.map(({ type }) => type)).toEqual([
    "integer",
    "text",
    "numeric",
    "date",
    "text[]",
    "jsonb",
    "bigint",
    "boolean",
  ]);
  expect(answer.rows).toEqual([
    [1, "p1", "1000.50", "2000-01-02", "{a,b}", { n: 1 }, "9007199254740993", false],
  ]);
  expect(answer.next_cursor).toBeNull();
});

test("numbers within JSON that a double would round come as their text", async () => {
  const [row] = (
    await query({
      sql: `select '{"id": 9007199254740993, "n": 1.5, "list": [123456789012345678901234]}'::jsonb, '[0.12345678901234567890]'::json, $1::jsonb`,
      params: [JSON.parse('{"__proto__": 1}')],
    })
  ).rows;
  expect(row?.slice(0, 2)).toEqual([
    { id: "9007199254740993", n: 1.5, list: ["123456789012345678901234"] },
    ["0.12345678901234567890"],
  ]);
  expect(JSON.stringify(row?.[2])).toBe('{"__proto__":1}');
});

test("parameters are bound, never concatenated", async () => {
  const hostile = "'; drop table people; --";
  const answer = await query({
    sql: "select $1::text, $2::int, $3::jsonb, $4::text",
    params: [hostile, 7, { a: [1] }, null],
  });
  expect(answer.rows).toEqual([[hostile, 7, { a: [1] }, null]]);
});

test("a cursor goes on where the answer ended, to the end, for the same question alone", async () => {
  const sql = "select id from people order by id";
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await query({ sql, max_rows: 100, ...(cursor ? { cursor } : {}) });
    seen.push(...page.rows.map(([id]) => id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(Array.from({ length: 250 }, (_, at) => at + 1));
  const first = await query({ sql, max_rows: 10 });
  await expect(
    query({ sql: "select id from people", cursor: first.next_cursor }),
  ).rejects.toMatchObject({ code: "invalid_request" });
});

const escapes: [string, string][] = [
  ["an insert", "insert into hr.notes values (3, 'z')"],
  ["an insert that returns", "insert into hr.notes values (3, 'z') returning id"],
  [
    "a changing WITH",
    "with w as (insert into hr.notes values (3, 'z') returning 1) select * from w",
  ],
  ["a function that writes", "select writes()"],
  ["two statements", "select 1; insert into hr.notes values (3, 'z')"],
  [
    "an end of the transaction, then a write",
    "select 1; commit; insert into hr.notes values (3, 'z')",
  ],
  ["COMMIT", "commit"],
  ["DO", "do $$ begin insert into hr.notes values (3, 'z'); end $$"],
  ["COPY TO PROGRAM", "copy (select 1) to program 'touch /tmp/x'"],
  ["COPY FROM", "copy hr.notes from '/etc/passwd'"],
  ["COPY FROM STDIN", "copy hr.notes from stdin"],
  ["set_config to read write", "select set_config('transaction_read_only', 'off', true), writes()"],
  [
    "set_config, then a write",
    "with c as materialized (select set_config('transaction_read_only', 'off', false)) select writes() from c",
  ],
  [
    "set_config by query_to_xml",
    "select query_to_xml('select set_config(''transaction_read_only'', ''off'', true)', true, false, ''), writes()",
  ],
  [
    "a write by query_to_xml",
    "select query_to_xml('insert into hr.notes values (3, ''z'') returning 1', true, false, '')",
  ],
  ["SET TRANSACTION", "set transaction read write"],
  ["SET SESSION CHARACTERISTICS", "set session characteristics as transaction read write"],
  ["SELECT INTO", "select 1 as x into stolen"],
  ["CREATE TABLE AS", "create table stolen as select 1"],
  [
    "a sequence",
    "select nextval(pg_get_serial_sequence('people', 'id'))::int + setval('nothing', 1)",
  ],
  ["pg_read_file", "select pg_read_file('/etc/passwd')"],
  ["pg_ls_dir", "select pg_ls_dir('/')"],
  ["lo_import", "select lo_import('/etc/passwd')"],
  ["an advisory wait for ever", "select pg_sleep(3600)"],
  ["a lifted time limit", "select set_config('statement_timeout', '0', false), pg_sleep(3600)"],
  ["a row lock", "select * from people for update"],
  ["nothing", "-- nothing"],
  ["a closed parenthesis", "select 1) x; insert into hr.notes values (3, 'z') --"],
];

test.each(escapes)("%s does not leave the read-only transaction", async (_name, sql) => {
  await expect(query({ sql })).rejects.toMatchObject({
    code: expect.stringMatching(/^(invalid_request|forbidden|upstream_failed)$/),
  });
  expect(await notes()).toBe(1);
  expect(await db.run("select to_regclass('public.stolen') as t")).toEqual([{ t: null }]);
});

test("what one caller leaves in a session is not the next one's", async () => {
  const own = scope();
  const ask = (sql: string) => queryDatabase(own, connection, queryInput.parse({ sql }));
  await ask(
    "select set_config('app.left', 'behind', false), set_config('statement_timeout', '1', false), pg_advisory_lock(42)::text",
  );
  const after = await ask(
    "select current_setting('app.left', true), (select count(*)::int from pg_locks where locktype = 'advisory')",
  );
  expect([null, ""]).toContain(after.rows[0]?.[0]);
  expect(after.rows[0]?.[1]).toBe(0);
  expect(openSessions(own.tenantId)).toBe(1);
});

test("a row too large for this process ends its own call", async () => {
  await expect(query({ sql: "select repeat('x', 2000000)" })).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("larger than"),
  });
  // On a slow machine PostgreSQL's time limit comes first.
  await expect(query({ sql: "select repeat('x', 100000000)" })).rejects.toMatchObject({
    message: expect.stringMatching(/larger than|statement timeout|did not answer/),
  });
  expect((await query({ sql: "select 1" })).rows).toEqual([[1]]);
});

test("an answer ends at its bytes, and its cursor goes on", async () => {
  const page = await query({ sql: "select repeat('x', 300000), n from generate_series(1, 8) n" });
  expect(page.row_count).toBe(3);
  const next = await query({
    sql: "select repeat('x', 300000), n from generate_series(1, 8) n",
    cursor: page.next_cursor,
  });
  expect(next.rows.map(([, n]) => n)).toEqual([4, 5, 6]);
});

test("a write says what it changed, and DDL is no write", async () => {
  const written = await execute({
    sql: "insert into hr.notes values ($1, $2), (10, 'b') returning id",
    params: [9, "a"],
  });
  expect(written).toMatchObject({
    command: "INSERT",
    affected_rows: 2,
    returned: { rows: [[9], [10]] },
  });
  expect(await execute({ sql: "delete from hr.notes where id > 1" })).toMatchObject({
    command: "DELETE",
    affected_rows: 2,
    returned: null,
  });
  for (const sql of [
    "create table t (x int)",
    "create table t as select 1",
    "select 1 as x into t",
    "drop table people",
    "truncate people",
    "grant all on people to public",
    "do $$ begin end $$",
    "set role none",
    "commit",
  ]) {
    await expect(execute({ sql }), sql).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("nothing was done"),
    });
  }
  expect(
    await db.run("select to_regclass('public.t') as t, (select count(*)::int from people) as n"),
  ).toEqual([{ t: null, n: 250 }]);
  expect(await execute({ sql: "create table t (x int)", mode: "admin" })).toMatchObject({
    command: "CREATE",
  });
  await execute({ sql: "drop table t", mode: "admin" });
});

test("who may change data and not read it gets counts alone, and no error that quotes a row", async () => {
  const blind = (sql: string, reads: DriverScope["limits"] = []) => execute({ sql }, {}, reads);
  const update = "update people set name = name where id = 1 returning name, salary";
  for (const reads of [[], [{ tables: ["public.people"] }], [{ columns_hidden: ["salary"] }]]) {
    expect(await blind(update, reads)).toEqual({
      ...{ command: "UPDATE", affected_rows: 1, returned: null },
    });
  }
  expect(await blind(update, [{ max_rows: 1 }])).toMatchObject({
    returned: { rows: [["p1", "1000.50"]] },
  });
  for (const sql of [
    "update people set id = name::int where id = 1",
    "update people set id = id where id = 1 and name::regclass is null",
    "do $$ begin raise exception '%', (select name from people where id = 1); end $$",
  ]) {
    const error: Error = await blind(sql).then(
      () => new Error("was done"),
      (told) => told,
    );
    expect(error.message, sql).toContain("the statement failed");
    expect(error.message, sql).not.toContain("p1");
  }
  await expect(blind("update people set nam = 1")).rejects.toThrow('column "nam"');
});

test("a failing write changes nothing and says why", async () => {
  await expect(
    execute({ sql: "insert into people (id, name) values (1, 'again')" }),
  ).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("people_pkey"),
  });
  await expect(
    execute({ sql: "insert into hr.notes values (5, 'x'); drop table people" }),
  ).rejects.toMatchObject({ code: "invalid_request" });
  expect(await notes()).toBe(1);
});

test("tables are browsed with their columns, keys and comments", async () => {
  const overview = await browseDatabase(scope(), connection, null);
  expect(overview).toMatchObject({
    schemas: ["hr", "public"],
    tables: [
      { schema: "hr", name: "notes" },
      { schema: "public", name: "people", comment: "Who works here", kind: "table" },
    ],
    truncated: false,
  });
  const { columns } = await describeTable(scope(), connection, "public", "people");
  expect(columns[0]).toEqual({
    name: "id",
    type: "integer",
    nullable: false,
    default: null,
    comment: null,
    key: 1,
  });
  expect(columns[2]).toMatchObject({
    name: "salary",
    comment: "In euros",
    key: null,
    nullable: true,
  });
  await expect(describeTable(scope(), connection, "public", "nobody")).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(browseDatabase(scope(), connection, "pg_catalog")).rejects.toMatchObject({
    code: "not_found",
  });
});

test("a table is read by columns, conditions and order", async () => {
  const answer = await select({
    table: "people",
    columns: ["id", "name"],
    where: [
      { column: "id", op: "gte", value: 248 },
      { column: "name", op: "neq", value: "p249" },
    ],
    order_by: [{ column: "id", desc: true }],
  });
  expect(answer.rows).toEqual([
    [250, "p250"],
    [248, "p248"],
  ]);
  await expect(select({ table: 'people"; drop table people; --' })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(
    select({ table: "people", columns: ["id", 'x" from people; --'] }),
  ).rejects.toMatchObject({ code: "invalid_request" });
});

test("a grant narrowed to tables and columns shows these alone, by whatever way", async () => {
  const limits = [
    { tables: ["public.people"], columns_hidden: ["salary", "public.people.doc"], max_rows: 5 },
  ];
  const answer = await select(
    { table: "people", where: [{ column: "id", op: "lte", value: 9 }] },
    { limits },
  );
  expect(answer.columns.map(({ name }) => name)).toEqual([
    "id",
    "name",
    "born",
    "tags",
    "big",
    "ok",
  ]);
  expect(answer.row_count).toBe(5);
  for (const input of [
    { table: "people", columns: ["salary"] },
    { table: "people", columns: ["id"], where: [{ column: "salary", op: "gt", value: 1 }] },
    { table: "people", columns: ["id"], order_by: [{ column: "salary" }] },
  ]) {
    await expect(select(input, { limits })).rejects.toMatchObject({ code: "invalid_request" });
  }
  await expect(select({ schema: "hr", table: "notes" }, { limits })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(query({ sql: "select salary from people" }, { limits })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(execute({ sql: "update people set name = 'x'" }, { limits })).rejects.toMatchObject({
    code: "forbidden",
  });
  expect((await browseDatabase(scope({ limits }), connection, null)).tables).toHaveLength(1);
  const { columns } = await describeTable(scope({ limits }), connection, "public", "people");
  expect(columns.map(({ name }) => name)).not.toContain("salary");
});

test("of two grants one must allow the whole question: they are not mixed", async () => {
  const limits = [
    { tables: ["public.people"], columns_hidden: ["salary"] },
    { tables: ["public.people"], columns_hidden: ["name"], max_rows: 1 },
  ];
  expect((await select({ table: "people", columns: ["salary"] }, { limits })).row_count).toBe(1);
  expect((await select({ table: "people", columns: ["name"] }, { limits })).row_count).toBe(250);
  await expect(
    select({ table: "people", columns: ["name", "salary"] }, { limits }),
  ).rejects.toMatchObject({ code: "invalid_request" });
});

test("connections are bounded for a resource, given back, and other callers wait for them", async () => {
  const own = scope();
  const ask = () =>
    queryDatabase(
      own,
      connection,
      queryInput.parse({ sql: "select pg_sleep(0.05), pg_backend_pid()" }),
    );
  const answers = await Promise.all(Array.from({ length: 20 }, ask));
  const pids = new Set(answers.map(({ rows }) => rows[0]?.[1]));
  expect(pids.size).toBeLessThanOrEqual(4);
  expect(openSessions(own.tenantId)).toBe(pids.size);
});

test("a superuser's connection is refused, since reading would mean the server's files", async () => {
  const url = new URL(inject("clusterUrl"));
  url.searchParams.set("sslmode", "disable");
  await expect(
    queryDatabase(scopeOf(url.href), connection, queryInput.parse({ sql: "select 1" })),
  ).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("superuser"),
  });
});

test("addresses that the egress guard refuses, wrong logins and wrong hosts are told apart", async () => {
  await expect(query({ sql: "select 1" }, { egress: parseEgressAllow("") })).rejects.toMatchObject({
    code: "upstream_failed",
    message: expect.stringContaining("cannot be reached"),
  });
  const wrong = new URL(db.url);
  // A server may trust its neighbours whatever the password is.
  wrong.username = "nobody_of_this_name";
  await expect(
    queryDatabase(scopeOf(wrong.href), connection, queryInput.parse({ sql: "select 1" })),
  ).rejects.toMatchObject({ code: "upstream_failed" });
  for (const address of [
    "mysql://u:p@127.0.0.1/x",
    "postgres://127.0.0.1/x",
    "postgres://127.0.0.1",
    "postgres://u@127.0.0.1/x?options=-c",
  ]) {
    await expect(
      queryDatabase(scopeOf(address), connection, queryInput.parse({ sql: "select 1" })),
    ).rejects.toMatchObject({ code: "invalid_request" });
  }
});

test("a caller that goes away ends its statement's connection", async () => {
  const own = scope();
  await queryDatabase(own, connection, queryInput.parse({ sql: "select 1" }));
  expect(openSessions(own.tenantId)).toBe(1);
  const controller = new AbortController();
  const asked = queryDatabase(
    { ...own, signal: controller.signal },
    connection,
    queryInput.parse({ sql: "select pg_sleep(1)" }),
  );
  setTimeout(() => controller.abort(new Error("gone")), 50);
  await expect(asked).rejects.toThrow("gone");
  expect(openSessions(own.tenantId)).toBe(0);
});

test("a login that makes roles is refused: it could make itself a stronger one", async () => {
  const url = new URL(inject("clusterUrl"));
  const admin = postgres(url.href, { max: 1, onnotice: () => undefined });
  const name = new URL(db.url).username;
  await admin.unsafe(`alter role ${name} createrole`);
  try {
    await expect(query({ sql: "select 1" })).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("makes roles"),
    });
  } finally {
    await admin.unsafe(`alter role ${name} nocreaterole`);
    await admin.end();
  }
});

test("a connection that ran a statement of an administrator is given to nobody else", async () => {
  const own = scope();
  const input = executeInput.parse({ sql: "create table admins ()", mode: "admin" });
  await executeInDatabase(own, connection, input, []);
  expect(openSessions(own.tenantId)).toBe(0);
  await db.run("drop table admins");
});
