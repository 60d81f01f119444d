import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster, startServer } from "../start-server.ts";
import { callAs, newTenant } from "./client.ts";
import { startEcho, startUpstream } from "./upstream.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;

beforeAll(async () => {
  cluster = await openCluster();
}, 60_000);

afterAll(() => cluster.close());

const args = ["--api-lane-only"];
const loopback = { TAUSESTACK_EGRESS_ALLOW: "127.0.0.1" };

test("in single-tenant mode everything belongs to default, whatever a request names", async () => {
  const server = await startServer({
    databaseUrl: await cluster.createDatabase(),
    args,
    env: { TAUSESTACK_MULTI_TENANT_MODE: "false" },
  });
  try {
    const call = callAs(server.url, server.key);
    expect((await call("GET", "/health")).body.multi_tenant_enabled).toBe(false);
    const body = { agent_id: "a", context: {} };
    const made = await call("POST", "/memory/register", body, { "x-tenant-id": "elsewhere" });
    expect(made.body.tenant_id).toBe("default");
  } finally {
    await server.stop();
  }
}, 60_000);

test("a revoked key is refused by every worker within a second, and no worker loses a call", async () => {
  const upstream = await startEcho();
  const databaseUrl = await cluster.createDatabase();
  const server = await startServer({
    databaseUrl,
    args,
    env: { ...loopback, WEB_CONCURRENCY: "2" },
  });
  try {
    const tenant = await newTenant({}, server);
    const tool = await tenant.call<{ tool_id: string }>("POST", "/tools/dynamic/create", {
      name: "echo",
      description: "",
      parameters: {},
      implementation: upstream.url,
    });
    const path = `/tools/${tool.body.tool_id}/call`;
    // Each call opens a connection of its own, so both workers answer.
    const once = { connection: "close" };
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => tenant.call("POST", path, { arguments: {} }, once)),
    );
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => 200));
    const sql = postgres(databaseUrl, { max: 1 });
    const [events] = await sql`select count(*)::int as count from usage_events
      where tenant_id = ${tenant.tenantId} and kind = 'tool_call'`;
    await sql.end();
    expect(events?.count).toBe(60);

    const operator = callAs(server.url, server.key, { "x-tenant-id": tenant.tenantId });
    const { body: keys } = await operator<{ key_id: string }[]>("GET", "/keys");
    await operator("DELETE", `/keys/${keys[0]?.key_id}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = await Promise.all(
      Array.from({ length: 20 }, () => tenant.call("GET", "/tools", undefined, once)),
    );
    expect(after.map((answer) => answer.status)).toEqual(after.map(() => 401));
  } finally {
    await server.stop();
    await upstream.close();
  }
}, 60_000);

test("SIGTERM lets running calls finish and commits their ledger before the process ends", async () => {
  let arrived = 0;
  const upstream = await startUpstream((_request, _body, response) => {
    arrived++;
    setTimeout(() => response.end("slow"), 1500);
  });
  const databaseUrl = await cluster.createDatabase();
  const server = await startServer({ databaseUrl, args, env: loopback });
  const tenant = await newTenant({}, server);
  const tool = await tenant.call<{ tool_id: string }>("POST", "/tools/dynamic/create", {
    name: "slow",
    description: "",
    parameters: {},
    implementation: upstream.url,
  });
  const running = Array.from({ length: 5 }, () =>
    tenant.call("POST", `/tools/${tool.body.tool_id}/call`, { arguments: {} }),
  );
  while (arrived < 5) await new Promise((resolve) => setTimeout(resolve, 20));
  const stopped = server.stop("SIGTERM");
  const answers = await Promise.all(running);
  await stopped;
  await upstream.close();
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
  const sql = postgres(databaseUrl, { max: 1 });
  const [events] = await sql`select count(*)::int as count from usage_events
    where tenant_id = ${tenant.tenantId} and kind = 'tool_call' and status = 'ok'`;
  await sql.end();
  expect(events?.count).toBe(5);
}, 60_000);

test("a wrong environment stops the start with a line for each mistake", async () => {
  const databaseUrl = await cluster.createDatabase();
  const env = { LOG_LEVEL: "loud", TAUSESTACK_SECRET_KEY: "short" };
  await expect(startServer({ databaseUrl, args, env })).rejects.toThrow(
    /TAUSESTACK_SECRET_KEY: must be 32 bytes[\s\S]*LOG_LEVEL: /,
  );
});
