import { sql } from "drizzle-orm";
import { afterEach, beforeAll, expect, test } from "vitest";
import { connect, type Database, database, useDatabase } from "./client.ts";
import { memories } from "./schema/memory.ts";
import { tenantQuotas, tenants } from "./schema/tenants.ts";
import { useTestDatabase } from "./testing/clone.ts";
import {
  platformStatement,
  tenantScope,
  tenantStatement,
  withPlatform,
  withTenant,
} from "./transaction.ts";

useTestDatabase();

async function makeTenant(tenantId: string): Promise<void> {
  await withPlatform(async (tx) => {
    const json = { mcpConfig: {}, toolLimits: {}, resourceLimits: {}, aiProviders: [] };
    await tx.insert(tenants).values({ tenantId, name: tenantId, ...json });
    await tx.insert(tenantQuotas).values({ tenantId, quota: "max_memory_entries" });
  });
}

const insertOne = `${tenantScope}
  insert into memories (tenant_id, agent_id, context) select tenant_id, $2, $3::json from scope
  returning agent_id`;
const selectAll = `${tenantScope}
  select m.* from scope, lateral (
    select tenant_id, agent_id, context from memories where tenant_id = scope.tenant_id offset 0
  ) m order by agent_id`;

async function agentsOf(tenantId: string): Promise<unknown[]> {
  return (await tenantStatement(tenantId, selectAll, [])).map((row) => row.agent_id);
}

/** Ends the server's side of every connection of a role, as a restart of PostgreSQL would. */
async function cutConnections(role: "app" | "platform"): Promise<number> {
  const rows = await database().owner`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
      and application_name = ${`tausestack ${role}`}`;
  return rows.length;
}

beforeAll(() => Promise.all(["acme", "beta"].map(makeTenant)));

test("a transaction commits what it wrote and answers what it returned", async () => {
  const answer = await withTenant("acme", async (tx) => {
    await tx.insert(memories).values({ tenantId: "acme", agentId: "kept", context: {} });
    return 42;
  });
  expect(answer).toBe(42);
  expect(await agentsOf("acme")).toContain("kept");
});

test("a transaction that throws leaves nothing behind, and the throw reaches the caller", async () => {
  const thrown = new Error("no");
  await expect(
    withTenant("acme", async (tx) => {
      await tx.insert(memories).values({ tenantId: "acme", agentId: "undone", context: {} });
      throw thrown;
    }),
  ).rejects.toBe(thrown);
  expect(await agentsOf("acme")).not.toContain("undone");
});
