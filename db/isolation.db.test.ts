import type { Sql } from "postgres";
import { beforeAll, expect, test } from "vitest";
import { database } from "./client.ts";
import { useTestDatabase } from "./testing/clone.ts";

useTestDatabase();

/** The tables that belong to no tenant. Any other one must be a tenant's. */
const platformTables = [
  "leases",
  "model_prices",
  "oauth_artifacts",
  "oauth_keys",
  "operators",
  "platform_audit_entries",
  "platform_keys",
  "users",
];
const auditTables = ["audit_entries", "platform_audit_entries"];
const roles = ["tausestack_app", "tausestack_platform"];
const ownRows = "(tenant_id = current_setting('app.tenant_id'::text, true))";

interface Table {
  name: string;
  oid: number;
  isPartition: boolean;
  isolated: boolean;
  /** The tables that its foreign keys point to. */
  parents: string[];
  /** Attribute number of tenant_id; null where the table has none. */
  tenantId: number | null;
  notNull: boolean | null;
}

let owner: Sql;
let tables: Table[];
let tenantTables: Table[];

beforeAll(async () => {
  ({ owner } = database());
  tables = await owner<Table[]>`
    select c.relname as name, c.oid::int as oid, c.relispartition as "isPartition",
      c.relrowsecurity and c.relforcerowsecurity as isolated,
      array(select confrelid::regclass::text from pg_constraint
        where conrelid = c.oid and contype = 'f') as parents,
      a.attnum::int as "tenantId", a.attnotnull as "notNull"
    from pg_class c
    left join pg_attribute a
      on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`;
  tenantTables = tables.filter((table) => table.tenantId !== null);
  await fill("iso-a");
});

/** Gives a tenant a row in every table that a role may write. */
async function fill(tenant: string): Promise<void> {
  await asKept("tausestack_platform", null, async (sql) => {
    await insertRow(sql, "tenants", tenant);
    await insertRow(sql, "users", tenant);
    await sql`insert into tenant_quotas (tenant_id, quota) select ${tenant}, quota
      from unnest(array['max_memory_entries', 'max_tools', 'max_dynamic_tools', 'max_resources',
        'max_prompts', 'storage_bytes', 'max_running_tasks']) as quota`;
  });
  const ofApp = await may("tausestack_app", "INSERT");
  const ofPlatform = await may("tausestack_platform", "INSERT");
  const filled = new Set(["tenants", "tenant_quotas"]);
  // A row's parents come first.
  const fillTable = async ({ name, parents }: Table): Promise<void> => {
    if (filled.has(name)) return;
    filled.add(name);
    for (const table of tenantTables) if (parents.includes(table.name)) await fillTable(table);
    if (![...ofApp, ...ofPlatform].includes(name)) return;
    const role = ofApp.includes(name) ? "tausestack_app" : "tausestack_platform";
    await asKept(role, tenant, (sql) => insertRow(sql, name, tenant));
  };
  for (const table of tenantTables) await fillTable(table);
}

/** Runs `work` as a role with a tenant set or none, in a transaction that is then undone. */
async function as<T>(role: string, tenant: string | null, work: (sql: Sql) => Promise<T>) {
  const undone = new Error("undone");
  let result: { value: T } | undefined;
  const run = asKept(role, tenant, async (sql) => {
    result = { value: await work(sql) };
    throw undone;
  });
  await run.catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return (result as { value: T }).value;
}

async function asKept(role: string, tenant: string | null, work: (sql: Sql) => Promise<unknown>) {
  await owner.begin(async (sql) => {
    if (tenant !== null) await sql`select set_config('app.tenant_id', ${tenant}, true)`;
    await sql.unsafe(`set local role ${role}`);
    await work(sql as unknown as Sql);
  });
}

async function may(role: string, privilege: string): Promise<string[]> {
  const rows = await owner`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and has_table_privilege(${role}, oid, ${privilege}) order by 1`;
  return rows.map((row) => row.name as string);
}

/** A row of any table: a value for each column that needs one. */
async function insertRow(sql: Sql, table: string, tenant: string): Promise<void> {
  const columns = await owner`
    select column_name as name, data_type as type from information_schema.columns
    where table_schema = 'public' and table_name = ${table}
      and is_nullable = 'NO' and column_default is null`;
  const values: Record<string, string> = {
    ARRAY: "'{}'",
    boolean: "false",
    bigint: "0",
    bytea: "'\\x00'",
    integer: "0",
    json: "'{}'",
    text: "'x'",
    // The same in each table, since a moment may be part of a foreign key.
    "timestamp with time zone": "'2026-01-01T00:00:00Z'",
    uuid: "gen_random_uuid()",
  };
  const list = columns.map(({ name, type }) => {
    if (name === "tenant_id") return `'${tenant}'`;
    const value = values[type as string];
    if (value === undefined) throw new Error(`No value for ${table}.${name} of type ${type}`);
    return value;
  });
  await sql.unsafe(
    `insert into ${table} (${columns.map(({ name }) => name).join(", ")}) values (${list.join(", ")})`,
  );
}

test("every table belongs to a tenant or stands in the short list of the platform's", () => {
  const without = tables.filter((table) => table.tenantId === null).map((table) => table.name);
  expect(without).toEqual(platformTables);
  expect(tenantTables.length).toBeGreaterThan(5);
});

test("nothing but tables holds data: no view and no foreign table gets around their policies", async () => {
  const rows = await owner`
    select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f')`;
  expect([...rows]).toEqual([]);
});

test("every tenant table, partitions included, has tenant_id NOT NULL", () => {
  expect(tenantTables.filter((table) => !table.notNull)).toEqual([]);
  expect(tenantTables.some((table) => table.isPartition)).toBe(true);
});

test("every tenant table, partitions included, has forced row-level security", () => {
  expect(tenantTables.filter((table) => !table.isolated)).toEqual([]);
});

test("every tenant table has tenant_id in its primary key and in every unique index", async () => {
  const indexes = await owner`
    select indrelid::int as table, indisprimary as primary,
      array(select unnest(indkey)::int) as columns,
      indexrelid::regclass::text as name
    from pg_index where indisunique`;
  for (const { oid, name, tenantId } of tenantTables) {
    const own = indexes.filter((index) => index.table === oid);
    expect(
      own.filter((index) => index.primary),
      name,
    ).toHaveLength(1);
    const without = own.filter(
      (index) => !(index.columns as number[]).includes(tenantId as number),
    );
    expect(without.map((index) => index.name)).toEqual([]);
  }
});

test("every foreign key between tenant tables carries tenant_id to tenant_id", async () => {
  const keys = await owner`
    select conname as name, conrelid::int as table, confrelid::int as target,
      conkey::int[] as columns, confkey::int[] as targets
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;
  const tenantIdOf = new Map(tenantTables.map((table) => [table.oid, table.tenantId]));
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) {
    const from = tenantIdOf.get(key.table as number);
    const to = tenantIdOf.get(key.target as number);
    // A table of the platform has no tenant_id to refer to.
    if (to === undefined) continue;
    const at = (key.columns as (number | null | undefined)[]).indexOf(from);
    expect(at, key.name as string).not.toBe(-1);
    expect((key.targets as number[])[at], key.name as string).toBe(to);
  }
});

test("every policy names one of the two roles, and checks what is written as what is read", async () => {
  const policies = await owner`
    select tablename as name, policyname as policy, roles::text as roles, cmd, permissive,
      qual, with_check as checked
    from pg_policies where schemaname = 'public'`;
  for (const { name } of tenantTables) {
    const own = policies.filter((policy) => policy.name === name);
    expect(own.map((policy) => policy.policy).sort(), name).toEqual(["platform", "tenant"]);
    for (const { policy, roles: to, cmd, qual, checked } of own) {
      expect([cmd, qual], name).toEqual(["ALL", checked]);
      expect(to).toBe(policy === "tenant" ? "{tausestack_app}" : "{tausestack_platform}");
      if (policy === "tenant") expect(qual).toBe(ownRows);
    }
  }
});

test("no tenant table shows tausestack_app a row while no tenant is set, nor another's ever", async () => {
  for (const table of await may("tausestack_app", "SELECT")) {
    const rows = (tenant: string | null) =>
      as("tausestack_app", tenant, async (sql) => {
        const [row] = await sql.unsafe(`select count(*)::int as rows from ${table}`);
        return row?.rows as number;
      });
    expect(await rows("iso-a"), table).toBeGreaterThan(0);
    expect(await rows("iso-b"), table).toBe(0);
    expect(await rows(null), table).toBe(0);
    // In a session where a tenant was set once, the setting is an empty text ever after.
    expect(await rows(""), table).toBe(0);
  }
});

test("tausestack_app can read no table of the platform, and no partition around its parent", async () => {
  const partitions = tables.filter((table) => table.isPartition).map((table) => table.name);
  const readable = await may("tausestack_app", "SELECT");
  expect(readable.filter((name) => [...platformTables, ...partitions].includes(name))).toEqual([]);
});

test("no row of another tenant can be written, with a tenant set or with none", async () => {
  const refused = { code: "42501" };
  for (const table of await may("tausestack_app", "INSERT")) {
    for (const tenant of ["iso-b", null]) {
      const planted = as("tausestack_app", tenant, (sql) => insertRow(sql, table, "iso-a"));
      await expect(planted, table).rejects.toMatchObject(refused);
    }
  }
  for (const table of await may("tausestack_app", "UPDATE")) {
    const moved = as("tausestack_app", "iso-a", (sql) =>
      sql.unsafe(`update ${table} set tenant_id = 'iso-b'`),
    );
    await expect(moved, table).rejects.toMatchObject(refused);
  }
});

test("no row of another tenant can be changed or deleted", async () => {
  const changes = { UPDATE: "set tenant_id = tenant_id", DELETE: "" };
  for (const [privilege, rest] of Object.entries(changes)) {
    const verb = privilege === "UPDATE" ? "update" : "delete from";
    for (const table of await may("tausestack_app", privilege)) {
      for (const tenant of ["iso-b", null]) {
        const touched = await as("tausestack_app", tenant, async (sql) => {
          const { count } = await sql.unsafe(`${verb} ${table} ${rest}`);
          return count;
        });
        expect(touched, `${verb} ${table}`).toBe(0);
      }
    }
  }
});

test("the audit log can be added to and read, and by neither role changed", async () => {
  for (const role of roles) {
    for (const privilege of ["UPDATE", "DELETE", "TRUNCATE"]) {
      const tablesOf = await may(role, privilege);
      expect(tablesOf.filter((name) => auditTables.includes(name))).toEqual([]);
    }
    const columns = await owner`
      select name from unnest(${auditTables}::text[]) as name
      where has_any_column_privilege(${role}, name, 'UPDATE')`;
    expect([...columns]).toEqual([]);
  }
  expect(await may("tausestack_platform", "INSERT")).toEqual(expect.arrayContaining(auditTables));
});

test("neither role can empty a table, hang a trigger on it or make one", async () => {
  for (const role of roles) {
    for (const privilege of ["TRUNCATE", "TRIGGER", "REFERENCES"]) {
      expect(await may(role, privilege)).toEqual([]);
    }
    const [row] = await owner`
      select has_schema_privilege(${role}, 'public', 'CREATE') as makes`;
    expect(row?.makes).toBe(false);
  }
});

test("neither role can sign in, is above row-level security or owns anything", async () => {
  const rows = await owner`
    select rolname, rolsuper, rolbypassrls, rolcanlogin, rolcreatedb, rolcreaterole, rolreplication
    from pg_roles where rolname = any(${roles}::text[]) order by 1`;
  const nothing = { rolsuper: false, rolbypassrls: false, rolcanlogin: false };
  const none = { ...nothing, rolcreatedb: false, rolcreaterole: false, rolreplication: false };
  expect([...rows]).toEqual(roles.map((rolname) => ({ rolname, ...none })));
  const owned = await owner`
    select classid::regclass::text, objid from pg_shdepend
    where deptype = 'o' and refclassid = 'pg_authid'::regclass
      and refobjid = any(select oid from pg_roles where rolname = any(${roles}::text[]))`;
  expect([...owned]).toEqual([]);
});

test("neither role is a member of another one", async () => {
  const rows = await owner`
    select member::regrole::text from pg_auth_members
    where member::regrole::text = any(${roles}::text[])`;
  expect([...rows]).toEqual([]);
});

test("no function runs with its owner's rights, and those that change tables are the owner's alone", async () => {
  const functions = await owner`
    select proname as name, prosecdef as elevated,
      has_function_privilege('tausestack_app', oid, 'EXECUTE')
        or has_function_privilege('tausestack_platform', oid, 'EXECUTE') as callable
    from pg_proc where pronamespace = 'public'::regnamespace and prokind = 'f'
      and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`;
  expect(functions.filter((row) => row.elevated)).toEqual([]);
  const dangerous = functions.filter((row) =>
    [
      "ensure_memory_embeddings",
      "ensure_memory_search",
      "ensure_usage_partitions",
      "isolate_tenant_table",
    ].includes(row.name as string),
  );
  expect(dangerous.map((row) => row.callable)).toEqual([false, false, false, false]);
});
