import { sql } from "drizzle-orm";
import { afterEach, beforeAll, expect, inject, test } from "vitest";
import { connect, connectOwner, type Database, database, useDatabase } from "./client.ts";
import { memories } from "./schema/memory.ts";
import { tenantQuotas, tenants } from "./schema/tenants.ts";
import { useTestDatabase } from "./testing/clone.ts";
import {
  platformStatement,
  type Tx,
  tenantRead,
  tenantScope,
  tenantStatement,
  withPlatform,
  withTenant,
} from "./transaction.ts";

useTestDatabase();

const crowd = Array.from({ length: 20 }, (_, at) => `tenant-${at}`);

const insertOne = `${tenantScope}
  insert into memories (tenant_id, agent_id, context) select tenant_id, $2, $3::json from scope
  returning tenant_id, agent_id`;
const selectAll = `${tenantScope}
  select m.* from scope, lateral (
    select tenant_id, agent_id, context from memories where tenant_id = scope.tenant_id offset 0
  ) m order by agent_id`;

async function makeTenant(tenantId: string): Promise<void> {
  await withPlatform(async (tx) => {
    const json = { mcpConfig: {}, toolLimits: {}, resourceLimits: {}, aiProviders: [] };
    await tx.insert(tenants).values({ tenantId, name: tenantId, ...json });
    await tx.insert(tenantQuotas).values({ tenantId, quota: "max_memory_entries" });
  });
}

beforeAll(async () => {
  for (const tenantId of ["acme", "beta", ...crowd]) await makeTenant(tenantId);
});

const undo: (() => Promise<void>)[] = [];

/** Runs the rest of the test on connections of another kind. */
async function reconnect(change: (next: Database) => Database): Promise<void> {
  const before = database();
  const next = await connect({ url: before.url, maxConnections: 4 });
  undo.push(() => {
    useDatabase(before);
    return next.close();
  });
  useDatabase(change(next));
}

afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

async function agentsOf(tenantId: string): Promise<unknown[]> {
  return (await tenantStatement(tenantId, selectAll, [])).map((row) => row.agent_id);
}

const write = (tx: Tx, tenantId: string, agentId: string) =>
  tx.insert(memories).values({ tenantId, agentId, context: {} });

/** Ends the server's side of every connection of the pools, as a restart of PostgreSQL would. */
async function cutConnections(): Promise<number> {
  const rows = await database().owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and application_name = 'tausestack'`;
  return rows.length;
}

/** As a pooler that drops the role leaves it: connections of the login role. */
function behindPooler(next: Database): Database {
  const login = next.jobs;
  return {
    ...next,
    app: { ...login, setRole: "set local role tausestack_app" },
    platform: { ...login, setRole: "set local role tausestack_platform" },
  };
}

/** Every guarantee holds for connections that start in their role, and for those that set it. */
const kinds: [string, () => Promise<void>][] = [
  ["connections that start in the role", async () => undefined],
  ["connections that set the role", () => reconnect(behindPooler)],
];

test.each(kinds)("on %s, a transaction commits and answers what it returned", async (_, use) => {
  await use();
  const agentId = `kept-${_}`;
  const answer = await withTenant("acme", async (tx) => {
    await write(tx, "acme", agentId);
    return 42;
  });
  expect(answer).toBe(42);
  expect(await agentsOf("acme")).toContain(agentId);
});

test.each(kinds)("on %s, a transaction that throws leaves nothing behind", async (_, use) => {
  await use();
  const thrown = new Error("no");
  const undone = withTenant("acme", async (tx) => {
    await write(tx, "acme", "undone");
    throw thrown;
  });
  await expect(undone).rejects.toBe(thrown);
  expect(await agentsOf("acme")).not.toContain("undone");
});

test.each(kinds)("on %s, a tenant sees and changes its own rows alone", async (_, use) => {
  await use();
  await withTenant("beta", (tx) => write(tx, "beta", `secret-${_}`));
  await withTenant("acme", async (tx) => {
    const seen = await tx.select().from(memories);
    expect(new Set(seen.map((row) => row.tenantId))).toEqual(new Set(["acme"]));
    expect(await tx.execute(sql`delete from memories where tenant_id = 'beta'`)).toHaveLength(0);
    await tx.execute(sql`update memories set context = '{"a":1}' where tenant_id = 'beta'`);
  });
  expect(await agentsOf("beta")).toContain(`secret-${_}`);
  await expect(withTenant("acme", (tx) => write(tx, "beta", "planted"))).rejects.toMatchObject({
    cause: { code: "42501" },
  });
});

test.each(kinds)("on %s, role and tenant end with the transaction", async (_, use) => {
  await use();
  const pool = database().app;
  const state = () =>
    pool.exclusive((session) =>
      session.unsafe(`select current_user as role, pg_backend_pid() as pid,
        coalesce(current_setting('app.tenant_id', true), '') as tenant`),
    );
  const [before] = await state();
  for (const outcome of ["commits", "throws", "fails"]) {
    await withTenant("acme", async (tx) => {
      if (outcome === "throws") throw new Error("thrown");
      await tx.execute(sql.raw(outcome === "fails" ? "select 1 / 0" : "select 1"));
    }).catch(() => undefined);
    await tenantStatement("acme", selectAll, []);
    expect(await state()).toEqual([{ ...before, tenant: "" }]);
  }
});

test.each(kinds)("on %s, a swallowed SQL error makes the commit fail", async (_, use) => {
  await use();
  const swallowed = withTenant("acme", async (tx) => {
    await write(tx, "acme", "half");
    await tx.execute(sql`select 1 / 0`).catch(() => undefined);
    return "done";
  });
  await expect(swallowed).rejects.toThrow("rolled back");
  expect(await agentsOf("acme")).not.toContain("half");
});

test.each(kinds)("on %s, a failing statement leaves the connection usable", async (_, use) => {
  await use();
  const broken = `${tenantScope} select $2::int / 0 from scope`;
  for (let round = 0; round < 25; round++) {
    await expect(tenantStatement("acme", broken, [1])).rejects.toMatchObject({ code: "22012" });
    await expect(platformStatement("select nothing from nowhere", [])).rejects.toThrow("nowhere");
  }
  expect((await tenantStatement("acme", selectAll, [])).length).toBeGreaterThan(0);
});

test.each(kinds)("on %s, no parameter can wedge a connection", async (_, use) => {
  await use();
  const text = (type: string) => `${tenantScope} select $2::${type} as value from scope`;
  for (let round = 0; round < 12; round++) {
    const refused = [
      tenantStatement("acme", text("timestamptz"), [new Date(Number.NaN)]),
      tenantStatement("acme", text("json"), ["{"]),
      tenantStatement("acme", text("int"), ["many"]),
      tenantStatement("acme", text("text"), ["nul \0"]),
      tenantStatement("acme\0", text("text"), ["x"]),
      tenantStatement("acme", text("text"), [undefined as never]),
      tenantStatement("acme", text("text"), [Symbol("x") as never]),
      tenantStatement("acme", text("text"), new Array(66_000).fill("x")),
      withTenant("acme", (tx) => tx.execute(sql`select ${Symbol("x")}`)),
      withTenant("acme", (tx) => tx.execute(sql`select ${new Date(Number.NaN)}::timestamptz`)),
      withTenant("acme\0", (tx) => tx.execute(sql`select 1`)),
    ];
    const outcomes = await Promise.allSettled(refused);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(refused.map(() => "rejected"));
    const [row] = await tenantStatement("acme", text("text"), [`round ${round}`]);
    expect(row?.value).toBe(`round ${round}`);
  }
});

test.each(kinds)(
  "on %s, 400 statements of 20 tenants at a time get their own answers",
  async (_, use) => {
    await use();
    const marker = Math.random().toString(36).slice(2);
    const work = Array.from({ length: 400 }, async (_unused, at) => {
      const tenantId = crowd[at % crowd.length] as string;
      const agentId = `${marker}-${at}`;
      const context = JSON.stringify({ at, of: tenantId });
      const [written] = await tenantStatement(tenantId, insertOne, [agentId, context]);
      expect(written).toEqual({ tenant_id: tenantId, agent_id: agentId });
      const run = at % 3 === 0 ? tenantStatement : tenantRead;
      const rows =
        at % 3 < 2
          ? await run(tenantId, selectAll, [])
          : await withTenant(tenantId, (tx) => tx.execute(sql`select tenant_id from memories`));
      expect(new Set(rows.map((row) => row.tenant_id))).toEqual(new Set([tenantId]));
    });
    await Promise.all(work);
    for (const tenantId of crowd) {
      const own = (await agentsOf(tenantId)).filter((id) => String(id).startsWith(marker));
      expect(own).toHaveLength(400 / crowd.length);
    }
  },
);

test("reads of one turn of the event loop share a connection, as far as its line is short", async () => {
  const whose = `${tenantScope}
    select w.* from scope, lateral (
      select pg_backend_pid() as pid, scope.tenant_id offset 0
    ) w`;
  const connectionsOf = async (count: number, run: typeof tenantRead) => {
    const rows = await Promise.all(
      Array.from({ length: count }, (_, at) => run(crowd[at % 20] as string, whose, [])),
    );
    expect(rows.map(([row]) => row?.tenant_id)).toEqual(rows.map((_, at) => crowd[at % 20]));
    return new Set(rows.map(([row]) => row?.pid)).size;
  };
  expect(await connectionsOf(16, tenantRead)).toBe(1);
  expect(await connectionsOf(17, tenantRead)).toBe(2);
  expect(await connectionsOf(2, tenantStatement)).toBe(2);
});

/** Until the process has heard of every connection that the server ended. */
async function settled(): Promise<void> {
  await expect
    .poll(() => Promise.all(crowd.map((id) => withTenant(id, (tx) => tx.execute(sql`select 1`)))))
    .toHaveLength(crowd.length);
}

test("a connection that ends amid a transaction rejects it, and the pool goes on", async () => {
  for (let round = 0; round < 8; round++) {
    const cut = withTenant("acme", async (tx) => {
      await write(tx, "acme", "cut");
      await cutConnections();
      await new Promise((resolve) => setTimeout(resolve, 20 * (round % 3)));
      await tx.execute(sql`select 1`);
    });
    await expect(cut).rejects.toThrow();
    await settled();
    expect(await agentsOf("acme")).not.toContain("cut");
  }
});

test("statements under way when every connection ends are settled, and the pool goes on", async () => {
  for (let round = 0; round < 5; round++) {
    const work = Array.from({ length: 200 }, (_, at) =>
      at % 4 === 0
        ? withTenant("acme", (tx) => tx.execute(sql`select pg_sleep(0.01)`))
        : (at % 2 === 0 ? tenantStatement : tenantRead)(crowd[at % 20] as string, selectAll, []),
    );
    const outcomes = Promise.allSettled(work);
    await new Promise((resolve) => setTimeout(resolve, 5 * round));
    await cutConnections();
    await outcomes;
    await settled();
    const statements = crowd.map((tenantId) => tenantStatement(tenantId, selectAll, []));
    expect(await Promise.all(statements)).toHaveLength(crowd.length);
  }
});

test("while connections end again and again, also as they open, nothing waits for long", async () => {
  let isOver = false;
  const longest = { statement: 0, transaction: 0 };
  const repeat = async (kind: keyof typeof longest, run: () => Promise<unknown>) => {
    while (!isOver) {
      const startedAt = performance.now();
      await run().catch(() => undefined);
      longest[kind] = Math.max(longest[kind], performance.now() - startedAt);
    }
  };
  const work = Array.from({ length: 16 }, (_, at) =>
    at % 2 === 0
      ? repeat("transaction", () => withTenant("acme", (tx) => tx.execute(sql`select 1`)))
      : repeat("statement", () => tenantStatement("acme", selectAll, [])),
  );
  for (let cut = 0; cut < 60; cut++) {
    await new Promise((resolve) => setTimeout(resolve, (cut % 6) * 5));
    await cutConnections();
  }
  isOver = true;
  await Promise.all(work);
  expect(longest.statement).toBeLessThan(4000);
  expect(longest.transaction).toBeLessThan(4000);
  await settled();
}, 60_000);

test("while the database takes no connections every statement is rejected soon, and after that none", async () => {
  const name = new URL(database().url).pathname.slice(1);
  const admin = connectOwner(inject("clusterUrl"));
  try {
    await cutConnections();
    await admin.unsafe(`alter database ${name} allow_connections false`);
    const startedAt = performance.now();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, (_, at) =>
        at % 4 === 0
          ? withTenant("acme", (tx) => tx.execute(sql`select 1`))
          : tenantStatement("acme", selectAll, []),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  } finally {
    await admin.unsafe(`alter database ${name} allow_connections true`);
    await admin.end({ timeout: 5 });
  }
  await settled();
  expect((await tenantStatement("acme", selectAll, [])).length).toBeGreaterThan(0);
});

test("transactions wait for a free connection, and statements do not starve them", async () => {
  let isOver = false;
  const flood = Array.from({ length: 100 }, async () => {
    while (!isOver) await tenantStatement("acme", selectAll, []);
  });
  const startedAt = performance.now();
  await Promise.all(crowd.map((id) => withTenant(id, (tx) => tx.execute(sql`select 1`))));
  const tookMs = performance.now() - startedAt;
  isOver = true;
  await Promise.all(flood);
  expect(tookMs).toBeLessThan(5000);
});

test("a handle kept past its transaction runs nothing on the connection's next user", async () => {
  const kept: Tx[] = [];
  await withTenant("acme", async (tx) => {
    kept.push(tx);
  });
  const thrown = withTenant("acme", async (tx) => {
    kept.push(tx);
    throw new Error("thrown");
  });
  await expect(thrown).rejects.toThrow("thrown");
  for (const tx of kept) {
    await expect(tx.execute(sql`select 1`)).rejects.toMatchObject({
      cause: { message: "The transaction has ended" },
    });
  }
});

test("lists cross the driver as they are, sent as texts or by Drizzle", async () => {
  const words = ["plain", 'quo"te', "back\\slash", "{brace}", "a,b", "", "NULL", "é\u{1f600}", " "];
  const text = `${tenantScope} select $2::text[] as words, array[1, null, 3] as numbers,
    array[true, false] as flags, array[[1.5], [2.5]]::float8[] as nested from scope`;
  const lists = { numbers: [1, null, 3], flags: [true, false], nested: [[1.5], [2.5]] };
  expect(await tenantStatement("acme", text, [words])).toEqual([{ words, ...lists }]);
  const [row] = await withTenant("acme", (tx) =>
    tx.execute(sql`select ${sql.param(words)}::text[] as words, '{}'::text[] as none`),
  );
  expect(row).toEqual({ words, none: [] });
});

test("the platform role sees every tenant's rows", async () => {
  await withTenant("acme", (tx) => write(tx, "acme", "seen"));
  await withTenant("beta", (tx) => write(tx, "beta", "seen"));
  const rows = await withPlatform((tx) =>
    tx.execute(sql`select tenant_id from memories where agent_id = 'seen' order by 1`),
  );
  expect([...rows]).toEqual([{ tenant_id: "acme" }, { tenant_id: "beta" }]);
});

test("a closed or unreachable database rejects each statement instead of keeping it", async () => {
  await reconnect((next) => next);
  await withTenant("acme", (tx) => tx.execute(sql`select 1`));
  await database().close();
  await expect(withTenant("acme", (tx) => tx.execute(sql`select 1`))).rejects.toThrow("closed");
  await expect(tenantStatement("acme", selectAll, [])).rejects.toThrow("closed");
  const url = new URL(database().url);
  url.port = "9";
  await expect(connect({ url: url.href })).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("closing waits for the transactions under way", async () => {
  await reconnect((next) => next);
  const [slow, closed] = [
    withTenant("acme", async (tx) => {
      await tx.execute(sql`select pg_sleep(0.3)`);
      await write(tx, "acme", "drained");
    }),
    new Promise((resolve) => setTimeout(resolve, 50)).then(() => database().close()),
  ];
  await Promise.all([slow, closed]);
  for (const step of undo.splice(0)) await step();
  expect(await agentsOf("acme")).toContain("drained");
});
