import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { type NewTenant, newTenant } from "./client.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: TestServer;
let tenant: NewTenant;
let sql: Sql;

beforeAll(async () => {
  cluster = await openCluster();
  const databaseUrl = await cluster.createDatabase();
  server = await startServer({ databaseUrl, args: ["--api-lane-only"] });
  sql = postgres(databaseUrl, { max: 1 });
  tenant = await newTenant({}, server);
}, 60_000);

afterAll(async () => {
  await sql.end();
  await server.stop();
  await cluster.close();
});

/** Ends every connection of the server's, as a failover of PostgreSQL does. */
async function cut(): Promise<number> {
  const rows = await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  return rows.length;
}

test("a server that loses its database amid the load stays up, serves on and keeps its word", async () => {
  const { call } = tenant;
  const written: string[] = [];
  let refused = 0;
  let next = 0;
  let isOver = false;
  const clients = Array.from({ length: 16 }, async () => {
    while (!isOver) {
      const agent_id = `agent-${next++}`;
      const { status } = await call("POST", "/memory/register", { agent_id, context: { n: next } });
      if (status === 200) written.push(agent_id);
      else refused += 1;
      await call("GET", "/tools");
    }
  });
  let ended = 0;
  for (let round = 0; round < 15; round++) {
    await new Promise((resolve) => setTimeout(resolve, 120));
    ended += await cut();
  }
  isOver = true;
  await Promise.all(clients);
  expect(ended).toBeGreaterThan(30);
  expect(refused).toBeGreaterThan(0);

  await expect.poll(async () => (await call("GET", "/tools")).status, { timeout: 5000 }).toBe(200);
  const after = Array.from({ length: 50 }, () => call("GET", "/memory/all?limit=1"));
  expect((await Promise.all(after)).map(({ status }) => status)).toEqual(after.map(() => 200));
  const { body } = await call<{ memories: { agent_id: string }[] }>("GET", "/memory/all");
  const there = new Set(body.memories.map((memory) => memory.agent_id));
  expect(written.filter((agentId) => !there.has(agentId))).toEqual([]);
}, 90_000);

test("after the database was lost, what other processes change is heard of again", async () => {
  const { call, tenantId } = tenant;
  await cut();
  const status = async () => (await call("GET", "/tools")).status;
  await expect.poll(status, { timeout: 5000 }).toBe(200);
  // Without the notice this process would know the tenant as active for half a minute.
  const change = JSON.stringify({ topic: "tenant", key: tenantId });
  await expect
    .poll(
      async () => {
        await sql`update tenants set status = 'suspended' where tenant_id = ${tenantId}`;
        await sql.notify("tausestack", change);
        return status();
      },
      { timeout: 5000, interval: 250 },
    )
    .toBe(403);
});
