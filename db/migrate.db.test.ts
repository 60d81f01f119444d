import { randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import type { Sql } from "postgres";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { connect, connectOwner, database, ormOf, useDatabase } from "./client.ts";
import { migrate } from "./migrate.ts";
import { useTestDatabase } from "./testing/clone.ts";
import { platformStatement, tenantScope, tenantStatement } from "./transaction.ts";

useTestDatabase();

let admin: Sql;
const databases: string[] = [];
const folders: string[] = [];
const logins: string[] = [];

beforeAll(() => {
  admin = connectOwner(inject("clusterUrl"));
});

afterAll(async () => {
  for (const name of databases) await admin.unsafe(`drop database if exists ${name} with (force)`);
  for (const folder of folders) rmSync(folder, { recursive: true });
  for (const name of logins) await admin.unsafe(`drop role if exists ${name}`);
  await admin.end({ timeout: 5 });
});

/** An empty database of the cluster, of `owner` where one is named. */
async function emptyDatabase(owner?: string): Promise<string> {
  const name = `tausestack_migrate_${randomBytes(6).toString("hex")}`;
  await admin.unsafe(`create database ${name} ${owner ? `owner ${owner}` : ""}`);
  databases.push(name);
  const url = new URL(inject("clusterUrl"));
  url.pathname = `/${name}`;
  return url.href;
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const sql = connectOwner(url);
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end({ timeout: 5 });
  }
}

const tables =
  "select relname from pg_class where relnamespace = 'public'::regnamespace order by 1";

test("processes that start together on an empty database all find it migrated, once", async () => {
  const url = await emptyDatabase();
  await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
  const applied = await query(
    url,
    "select count(*)::int as count from drizzle.__drizzle_migrations",
  );
  const files = readdirSync("db/migrations").filter((file) => file.endsWith(".sql"));
  expect(applied).toEqual([{ count: files.length }]);
  expect(await query(url, tables)).toEqual(await query(database().url, tables));
});

test("migrating a migrated database changes nothing", async () => {
  const url = database().url;
  const before = await query(url, tables);
  await migrate(url);
  expect(await query(url, tables)).toEqual(before);
});

test("a migration that fails leaves its lock free for the next start", async () => {
  const url = await emptyDatabase();
  await expect(migrate(url, "/nowhere")).rejects.toThrow();
  await migrate(url);
});

/** The migrations as they were before the one of that name. */
function migrationsBefore(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tausestack-migrations-"));
  folders.push(folder);
  cpSync("db/migrations", folder, { recursive: true });
  const path = join(folder, "meta/_journal.json");
  const journal = JSON.parse(readFileSync(path, "utf8")) as { entries: { tag: string }[] };
  const at = journal.entries.findIndex(({ tag }) => tag.endsWith(name));
  writeFileSync(path, JSON.stringify({ ...journal, entries: journal.entries.slice(0, at) }));
  return folder;
}

/** A database as it was before the migration of that name. */
async function migrateBefore(url: string, name: string): Promise<void> {
  const sql = connectOwner(url);
  try {
    await applyMigrations(ormOf(sql), { migrationsFolder: migrationsBefore(name) });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

test("tenants of an earlier version get their limit of storage, whatever their documents hold", async () => {
  const url = await emptyDatabase();
  await migrateBefore(url, "_catalog");
  const limits = {
    a: '{"max_storage_mb": 3}',
    b: '{"x": "\\u0000"}',
    c: '{"max_storage_mb": null}',
  };
  for (const [id, text] of Object.entries(limits)) {
    await query(
      url,
      `insert into tenants
        (tenant_id, name, mcp_config, tool_limits, resource_limits, ai_providers)
        values ('${id}', '${id}', '{}', '{}', '${text}', '[]')`,
    );
  }
  await migrate(url);
  const rows =
    "select tenant_id, used, maximum from tenant_quotas where quota = 'storage_bytes' order by 1";
  expect(await query(url, rows)).toEqual([
    { tenant_id: "a", used: "0", maximum: String(3 * 1024 * 1024) },
    { tenant_id: "b", used: "0", maximum: null },
    { tenant_id: "c", used: "0", maximum: null },
  ]);
});

test("tools of an earlier version are published, each with its first revision as it stood", async () => {
  const url = await emptyDatabase();
  await migrateBefore(url, "_tool_versions");
  const config = '{"b": "\\u0000", "a": [1.50]}';
  await query(
    url,
    `insert into tenants
      (tenant_id, name, mcp_config, tool_limits, resource_limits, ai_providers)
      values ('a', 'a', '{}', '{}', '{}', '[]')`,
  );
  await query(url, "insert into tenant_quotas (tenant_id, quota) values ('a', 'max_tools')");
  await query(
    url,
    `insert into tools (tenant_id, tool_id, name, mcp_name, config, parameters)
      values ('a', 't', 'Tool', 'Tool', '${config}', '{}')`,
  );
  await migrate(url);
  const rows = `select t.published_revision, t.latest_revision, r.revision, r.name,
      position('${config}' in r.document::text) > 0 as kept
    from tools t join tool_revisions r using (tenant_id, tool_id)`;
  expect(await query(url, rows)).toEqual([
    { published_revision: 1, latest_revision: 1, revision: 1, name: "Tool", kept: true },
  ]);
});

test("a login role that is no superuser can own the deployment", async () => {
  const login = `managed_${randomBytes(4).toString("hex")}`;
  await admin.unsafe(`create role ${login} login createrole password 'managed'`);
  logins.push(login);
  // What a cluster gives the role that made the two; here another database's migration did.
  await admin.unsafe(`grant tausestack_app, tausestack_platform to ${login} with admin option`);
  const url = new URL(await emptyDatabase(login));
  url.username = login;
  url.password = "managed";
  await migrate(url.href);

  const before = database();
  const own = await connect({ url: url.href, maxConnections: 2 });
  useDatabase(own);
  try {
    const tenant = `insert into tenants
      (tenant_id, name, mcp_config, tool_limits, resource_limits, ai_providers)
      values ($1, $1, '{}', '{}', '{}', '[]')`;
    const write = `${tenantScope} insert into memories (tenant_id, agent_id, context)
      select tenant_id, 'agent', '{}' from scope`;
    for (const id of ["a", "b"]) {
      await platformStatement(tenant, [id]);
      await platformStatement("insert into tenant_quotas values ($1, 'max_memory_entries')", [id]);
      await tenantStatement(id, write, []);
    }
    await platformStatement("delete from tenants where tenant_id = $1", ["a"]);
    const left = await platformStatement("select tenant_id from memories", []);
    expect([...left]).toEqual([{ tenant_id: "b" }]);
  } finally {
    useDatabase(before);
    await own.close();
  }
});

async function schemaModules(): Promise<Record<string, unknown>> {
  const files = readdirSync("db/schema").filter((file) => file.endsWith(".ts"));
  const modules = await Promise.all(
    files.map((file) => import(join(process.cwd(), "db/schema", file))),
  );
  return Object.assign({}, ...modules);
}

test("the migrations are those of the schema: drizzle-kit would generate nothing", async () => {
  const journal = JSON.parse(readFileSync("db/migrations/meta/_journal.json", "utf8")) as {
    entries: { idx: number; tag: string }[];
  };
  const last = String(journal.entries.at(-1)?.idx).padStart(4, "0");
  const snapshot = JSON.parse(readFileSync(`db/migrations/meta/${last}_snapshot.json`, "utf8"));
  const schema = generateDrizzleJson(await schemaModules(), snapshot.id);
  expect(await generateMigration(snapshot, schema)).toEqual([]);
});

/** Made where the server has what they need, which no schema can say. */
const byExtension = ["memory_items_similar"];

test("the migrated database has the schema's columns, keys and indexes, and no more", async () => {
  const { owner } = database();
  const declared = Object.values(await schemaModules())
    .filter((value) => value instanceof PgTable)
    .map(getTableConfig);
  const found = await owner`
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as "notNull", a.atthasdef as "hasDefault"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and not a.attisdropped order by 1, 2`;
  const wanted = declared
    .flatMap(({ name: table, columns, primaryKeys }) => {
      const inKey = new Set(primaryKeys.flatMap((key) => key.columns));
      return columns.map((column) => ({
        table,
        name: column.name,
        type: column.getSQLType().replace(/^(timestamp) ?(\(3\)) /, "$1$2 "),
        notNull: column.notNull || inKey.has(column),
        hasDefault: column.hasDefault || column.generated !== undefined,
      }));
    })
    .sort((a, b) => (`${a.table} ${a.name}` < `${b.table} ${b.name}` ? -1 : 1));
  const byName = (a: { table: string; name: string }) => `${a.table} ${a.name}`;
  expect(
    [...found]
      .map((row) => ({ ...row }))
      .sort((a, b) => (byName(a as never) < byName(b as never) ? -1 : 1)),
  ).toEqual(wanted);

  const indexes = await owner`
    select c.relname as table, count(*)::int as count from pg_index i
    join pg_class c on c.oid = i.indrelid
    where c.relnamespace = 'public'::regnamespace and not c.relispartition
      and c.relkind in ('r', 'p') and indexrelid::regclass::text <> all(${byExtension})
      group by 1`;
  const counts = Object.fromEntries(indexes.map((row) => [row.table, row.count]));
  const wantedCounts = Object.fromEntries(
    declared.map((table) => [
      table.name,
      table.indexes.length +
        table.uniqueConstraints.length +
        Math.max(table.primaryKeys.length, table.columns.some((column) => column.primary) ? 1 : 0),
    ]),
  );
  expect(counts).toEqual(wantedCounts);
});
