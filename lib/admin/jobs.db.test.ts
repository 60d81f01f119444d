import { sql } from "drizzle-orm";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, expect, test } from "vitest";
import { database } from "#db/client.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { getMemory, registerMemory } from "#lib/memory/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { jobDatabase } from "./job-database.ts";
import { jobs, startJobs } from "./jobs.ts";

useTestDatabase();

let stops: (() => Promise<void>)[] = [];
let client: PgBoss;

beforeAll(async () => {
  // Two processes of one deployment, started at the same moment on a database without the schema.
  stops = await Promise.all([startJobs({ pollSeconds: 0.5 }), startJobs({ pollSeconds: 0.5 })]);
  client = new PgBoss({
    db: jobDatabase(database().jobs),
    ...{ migrate: false, supervise: false, schedule: false, registerInstance: false },
  });
  await client.start();
});

afterAll(async () => {
  await client.stop({ close: false, graceful: false });
  await Promise.all(stops.map((stop) => stop()));
});

async function age(ctx: Ctx, agentId: string, days: number): Promise<void> {
  await withTenant(ctx.tenantId, (tx) =>
    tx.execute(
      sql`update memories set updated_at = now() - make_interval(days => ${days}::int)
        where tenant_id = ${ctx.tenantId} and agent_id = ${agentId}`,
    ),
  );
}

async function agentsOf(ctx: Ctx): Promise<unknown[]> {
  const rows = await withTenant(ctx.tenantId, (tx) =>
    tx.execute(sql`select agent_id from memories where tenant_id = ${ctx.tenantId} order by 1`),
  );
  return [...rows].map((row) => row.agent_id);
}

async function run(name: keyof typeof jobs): Promise<string> {
  const id = await client.send(name);
  if (id === null) throw new Error("The job was not accepted");
  await expect
    .poll(async () => (await client.findJobs(name, { id }))[0]?.state, { timeout: 10_000 })
    .toBe("completed");
  return id;
}

test("a retention run deletes expired entries of every tenant, keeps the rest and audits it", async () => {
  const [week, day, forever] = await Promise.all([
    freshTenant({ mcp_config: { memory_retention_days: 7 } }),
    freshTenant({ mcp_config: { memory_retention_days: 1 } }),
    freshTenant(),
  ]);
  for (const ctx of [week, day, forever]) {
    await registerMemory(ctx, { agent_id: "old", context: { a: 1 } });
    await registerMemory(ctx, { agent_id: "new", context: { b: 2 } });
    await age(ctx, "old", 3);
  }
  await run("memory-retention");
  expect(await agentsOf(week)).toEqual(["new", "old"]);
  expect(await agentsOf(day)).toEqual(["new"]);
  expect(await agentsOf(forever)).toEqual(["new", "old"]);
  expect((await getMemory(day, "new")).context).toEqual({ b: 2 });

  const { items } = await listAudit(day, { action: "memory.expire" });
  expect(items).toMatchObject([
    {
      principal_type: "system",
      principal_id: "memory-retention",
      target_type: "memory",
      before: { entries: 1, agent_ids: ["old"] },
    },
  ]);
  expect((await listAudit(week, { action: "memory.expire" })).items).toEqual([]);
  const quotas = await withTenant(day.tenantId, (tx) =>
    tx.execute(sql`select used from tenant_quotas where quota = 'max_memory_entries'`),
  );
  expect(Number(quotas[0]?.used)).toBe(1);
});

test("the ledger's partitions of the next months are made again", async () => {
  const { owner } = database();
  const [last] = await owner`
    select 'usage_events_' || to_char(now() at time zone 'UTC' + interval '2 months', 'YYYY_MM')
      as name`;
  await owner`drop table ${owner(last?.name as string)}`;
  await run("ledger-partitions");
  const [found] = await owner`
    select relrowsecurity and relforcerowsecurity as isolated from pg_class
    where relname = ${last?.name as string}`;
  expect(found?.isolated).toBe(true);
});

test("both jobs are scheduled once, however many processes have started", async () => {
  const schedules = await client.getSchedules();
  expect(schedules.map(({ name, cron }) => ({ name, cron }))).toEqual(
    expect.arrayContaining(Object.entries(jobs).map(([name, { cron }]) => ({ name, cron }))),
  );
  expect(schedules).toHaveLength(Object.keys(jobs).length);
});

test("a job that waits or runs is not taken on a second time", async () => {
  const ids = await Promise.all(Array.from({ length: 5 }, () => client.send("memory-retention")));
  expect(ids.filter((id) => id !== null)).toHaveLength(1);
});

test("a script that fails leaves no open transaction behind on any connection", async () => {
  const db = jobDatabase(database().jobs);
  for (let round = 0; round < 6; round++) {
    const script = "begin; create table left_behind (a int); select 1 / 0; commit";
    await expect(db.executeSql(script)).rejects.toThrow("division by zero");
    expect(await db.executeSql("select to_regclass('left_behind') is null as gone")).toEqual({
      rows: [{ gone: true }],
    });
  }
});

test("values and rows cross the driver as pg-boss expects them", async () => {
  const db = jobDatabase(database().jobs);
  const at = new Date("2026-01-02T03:04:05.678Z");
  const { rows } = await db.executeSql(
    "select $1::jsonb as a, $2::json as b, $3::text[] as c, $4::timestamptz as d, $5::text as e, $6::int as f",
    [{ x: [1, "é"] }, JSON.stringify([1, null]), ["p,q", 'r"s'], at, undefined, 7],
  );
  expect(rows).toEqual([
    { a: { x: [1, "é"] }, b: [1, null], c: ["p,q", 'r"s'], d: at, e: null, f: 7 },
  ]);
  const script = await db.executeSql("begin; select 1 as a; select 2 as a; commit");
  expect(script.rows).toEqual([{ a: 1 }, { a: 2 }]);
});

test("the app role may not see the jobs' schema", async () => {
  await expect(
    withTenant("anyone", (tx) => tx.execute(sql`select * from pgboss.job`)),
  ).rejects.toMatchObject({ cause: { code: "42501" } });
});
