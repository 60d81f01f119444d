import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { expect, test } from "vitest";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { callAs, newTenant } from "./client.ts";
import { startEcho } from "./upstream.ts";

/** What the server acknowledged before it died. */
interface Acknowledged {
  agents: string[];
  requestIds: string[];
}

/** 500 registrations and 500 tool calls, 40 at a time, until the server is gone. */
async function hammer(
  server: TestServer,
  tenant: { tenantId: string; key: string },
  toolId: string,
  onProgress: (done: number) => void,
): Promise<Acknowledged> {
  const call = callAs(server.url, tenant.key);
  const acknowledged: Acknowledged = { agents: [], requestIds: [] };
  let next = 0;
  async function worker(): Promise<void> {
    while (next < 1000) {
      const count = next++;
      try {
        if (count % 2 === 0) {
          const agent_id = `agent-${count}`;
          const answer = await call("POST", "/memory/register", { agent_id, context: { count } });
          if (answer.status === 200) acknowledged.agents.push(agent_id);
        } else {
          const answer = await call("POST", `/tools/${toolId}/call`, { arguments: { count } });
          const requestId = answer.headers.get("x-request-id");
          if (answer.status === 200 && requestId) acknowledged.requestIds.push(requestId);
        }
        onProgress(acknowledged.agents.length + acknowledged.requestIds.length);
      } catch {
        return; // The server is gone.
      }
    }
  }
  await Promise.all(Array.from({ length: 40 }, worker));
  return acknowledged;
}

async function crash(
  server: TestServer,
  kill: () => void,
): Promise<Acknowledged & { tenantId: string; key: string }> {
  const upstream = await startEcho();
  try {
    const tenant = await newTenant({}, server);
    const tool = await tenant.call<{ tool_id: string }>("POST", "/tools/dynamic/create", {
      name: "echo",
      description: "Answers its arguments",
      parameters: {},
      implementation: upstream.url,
    });
    let killed = false;
    const acknowledged = await hammer(server, tenant, tool.body.tool_id, (done) => {
      if (done < 300 || killed) return;
      killed = true;
      kill();
    });
    expect(acknowledged.agents.length + acknowledged.requestIds.length).toBeGreaterThanOrEqual(300);
    expect(acknowledged.agents.length + acknowledged.requestIds.length).toBeLessThan(1000);
    return { ...acknowledged, ...tenant };
  } finally {
    await upstream.close();
  }
}

async function expectAllThere(
  restarted: TestServer,
  databaseUrl: string,
  before: Awaited<ReturnType<typeof crash>>,
): Promise<void> {
  const call = callAs(restarted.url, before.key);
  const { body } = await call<{ memories: { agent_id: string }[] }>("GET", "/memory/all");
  const agents = new Set(body.memories.map((memory) => memory.agent_id));
  expect(before.agents.filter((agent) => !agents.has(agent))).toEqual([]);

  const sql = postgres(databaseUrl, { max: 1 });
  const events = await sql`select request_id from usage_events
    where tenant_id = ${before.tenantId} and kind = 'tool_call'`;
  const [hourly] = await sql`select sum(calls)::int as calls from usage_hourly
    where tenant_id = ${before.tenantId} and kind = 'tool_call'`;
  await sql.end();
  const recorded = new Set(events.map((event) => event.request_id as string));
  expect(before.requestIds.filter((id) => !recorded.has(id))).toEqual([]);
  expect(hourly?.calls).toBe(events.length);
}

const env = { TAUSESTACK_EGRESS_ALLOW: "127.0.0.1" };
const args = ["--api-lane-only"];

test("after kill -9 of the server every acknowledged write and call is there", async () => {
  const cluster = await openCluster();
  try {
    const databaseUrl = await cluster.createDatabase();
    const server = await startServer({ databaseUrl, args, env });
    const before = await crash(server, () => process.kill(server.pid, "SIGKILL"));
    await server.stop("SIGKILL");
    const restarted = await startServer({ databaseUrl, args, env });
    try {
      await expectAllThere(restarted, databaseUrl, before);
    } finally {
      await restarted.stop();
    }
  } finally {
    await cluster.close();
  }
}, 120_000);

test("after kill -9 of the server and its embedded database every acknowledged write is there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tausestack-crash-"));
  const embedded = { ...env, TAUSESTACK_DATA_DIR: folder, DATABASE_URL: "" };
  const pidFile = () => join(folder, "postgres", "data", "postmaster.pid");
  const server = await startServer({ databaseUrl: "", args, env: embedded });
  try {
    const before = await crash(server, () => {
      const [postmaster] = readFileSync(pidFile(), "utf8").split("\n");
      process.kill(server.pid, "SIGKILL");
      process.kill(Number(postmaster), "SIGKILL");
    });
    await server.stop("SIGKILL");
    const restarted = await startServer({ databaseUrl: "", args, env: embedded });
    try {
      const [, , , port] = readFileSync(pidFile(), "utf8").split("\n");
      const password = readFileSync(join(folder, "postgres", "password"), "utf8").trim();
      const databaseUrl = `postgres://postgres:${password}@127.0.0.1:${port}/tausestack`;
      await expectAllThere(restarted, databaseUrl, before);
    } finally {
      await restarted.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
