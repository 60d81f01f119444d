import { randomBytes } from "node:crypto";
import { request as ask, createServer } from "node:http";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { callAs, type NewTenant, newTenant } from "./client.ts";

type Policy = "keep_ours" | "theirs" | "newest";

interface Kind {
  new: number;
  updated: number;
  unchanged: number;
  kept: number;
  replaced: number;
  failed: number;
  incremental: boolean;
}

interface Run {
  run_id: string;
  status: string;
  trigger: string;
  report: { memory?: Kind; tools?: Kind };
}

let cluster: Awaited<ReturnType<typeof openCluster>>;
let ours: TestServer;
let theirs: TestServer;

const env = {
  TAUSESTACK_EGRESS_ALLOW: "127.0.0.1",
  // A process that starts again must be able to open the tokens that were sealed.
  TAUSESTACK_SECRET_KEY: randomBytes(32).toString("base64"),
};
const start = (databaseUrl: string) => startServer({ databaseUrl, args: ["--api-lane-only"], env });

beforeAll(async () => {
  cluster = await openCluster();
  const [first, second] = [await cluster.createDatabase(), await cluster.createDatabase()];
  [ours, theirs] = await Promise.all([start(first), start(second)]);
}, 60_000);

afterAll(async () => {
  await Promise.all([ours.stop(), theirs.stop()]);
  await cluster.close();
});

const federated = { mcp_config: { federation_enabled: true } };

async function keyFor(tenant: NewTenant, scopes: string[]): Promise<string> {
  const made = await tenant.call<{ key: string }>("POST", "/keys", { name: "peer", scopes });
  return made.body.key;
}

const scopes = ["federation:read", "memory:read", "tools:read"];

/** A tenant here that has a tenant there as its peer `hq`. */
async function pair(more: Record<string, unknown> = {}, url = theirs.url) {
  const there = await newTenant(federated, theirs);
  const here = await newTenant(federated, ours);
  const token = await keyFor(there, scopes);
  const peer = { peer_id: "hq", url, token, ...more };
  const made = await here.call("POST", "/federation/peers", peer);
  expect(made.status).toBe(200);
  return { here, there, token, peer };
}

async function remember(tenant: NewTenant, agent_id: string, context: object): Promise<void> {
  const { status } = await tenant.call("POST", "/memory/register", { agent_id, context });
  expect(status).toBe(200);
}

async function pull(tenant: NewTenant): Promise<Run> {
  const { status, body } = await tenant.call<Run>("POST", "/federation/peers/hq/pull");
  expect({ status, body }).toMatchObject({ status: 200 });
  return body;
}

const contextOf = async (tenant: NewTenant, agent: string) =>
  (await tenant.call<{ context: unknown }>("GET", `/memory/${agent}`)).body.context;

test("memories and tools are pulled between two deployments, and after that what changed alone", async () => {
  const { here, there, token } = await pair();
  for (const agent of ["a", "b"]) await remember(there, agent, { of: agent });
  const config = { implementation: "return 1", headers: { "x-key": "hunter2" } };
  const tool = { tool_id: "sum", name: "sum", parameters: {}, config };
  expect((await there.call("POST", "/tools/register", tool)).status).toBe(200);

  const first = await pull(here);
  expect(first).toMatchObject({
    ...{ status: "ok", trigger: "manual" },
    report: { memory: { new: 2, incremental: false }, tools: { new: 1, failed: 0 } },
  });
  expect(await contextOf(here, "a")).toEqual({ of: "a" });
  const nothing = { new: 0, updated: 0, unchanged: 0, incremental: true };
  // What others on the database server have under way may have entries told of once more.
  const again = async () => (await pull(here)).report;
  await expect.poll(again).toMatchObject({ memory: nothing, tools: nothing });

  await remember(there, "a", { of: "a", more: 1 });
  await remember(there, "c", {});
  expect((await pull(here)).report.memory).toMatchObject({ new: 1, updated: 1 });
  expect(await contextOf(here, "a")).toEqual({ of: "a", more: 1 });

  const origins = await here.call("GET", "/federation/origins?kind=memory&entry_id=a");
  expect(origins.body).toMatchObject([
    { peer_id: "hq", url: theirs.url, remote_id: "a", entry_id: "a" },
  ]);
  const shown = await here.call("GET", "/federation/peers/hq");
  expect(shown.body).toMatchObject({ has_token: true, health: { state: "ok", failures: 0 } });
  for (const path of ["/federation/peers/hq", "/federation/peers/hq/runs", "/audit?limit=1000"]) {
    const { body } = await here.call("GET", path);
    expect(JSON.stringify(body)).not.toContain(token);
  }
  const everything = JSON.stringify((await here.call("GET", "/tools/sum")).body);
  expect(everything).not.toContain("hunter2");
});

test("a pulled tool is called by nobody before it is approved, and a changed one waits beside it", async () => {
  const { here, there } = await pair({ pulls: ["tools"] });
  const register = (description: string, source: string) =>
    there.call("POST", "/tools/register", {
      ...{ tool_id: "answer", name: "answer", description, parameters: {} },
      config: { implementation: source },
    });
  await register("one", "return 'one'");
  await pull(here);
  expect((await here.call("GET", "/tools")).body).toEqual([]);
  const call = () => here.call("POST", "/tools/answer/call", { arguments: {} });
  expect((await call()).status).toBe(404);

  interface Held {
    digest: string;
    change: string;
  }
  const held = async () =>
    (await here.call<Held[]>("GET", "/federation/peers/hq/tools")).body[0] as Held;
  const approve = (digest: string) =>
    here.call("POST", "/federation/peers/hq/tools/answer/approve", { digest });
  const first = await held();
  expect(first.change).toBe("new");
  expect((await approve("0".repeat(64))).status).toBe(409);
  expect(await approve(first.digest)).toMatchObject({ status: 200, body: { status: "published" } });
  expect(JSON.stringify((await call()).body)).toContain("one");

  await register("two", "return 'two'");
  expect((await pull(here)).report.tools).toMatchObject({ updated: 1 });
  expect(JSON.stringify((await call()).body)).toContain("one");
  const second = await held();
  expect(second.change).toBe("changed");
  expect((await approve(first.digest)).status).toBe(409);
  expect((await approve(second.digest)).status).toBe(200);
  expect(JSON.stringify((await call()).body)).toContain("two");
  expect((await here.call("GET", "/federation/peers/hq/tools")).body).toEqual([]);
});

test.each<[Policy, object, Partial<Kind>]>([
  ["keep_ours", { by: "us" }, { kept: 1, replaced: 0 }],
  ["theirs", { by: "them" }, { kept: 0, replaced: 1 }],
  ["newest", { by: "them" }, { kept: 0, replaced: 1 }],
])("what both sides changed is settled by %s, and told", async (policy, expected, counts) => {
  const { here, there } = await pair({ pulls: ["memory"], memory_conflict: policy });
  await remember(there, "a", { by: "both" });
  await remember(there, "b", { by: "both" });
  await pull(here);
  await remember(here, "a", { by: "us" });
  await remember(here, "b", { by: "us alone" });
  await remember(there, "a", { by: "them" });
  const run = await pull(here);
  expect(run.report.memory).toMatchObject({
    ...counts,
    conflicts: [{ id: "a", outcome: counts.kept ? "kept" : "replaced" }],
  });
  expect(await contextOf(here, "a")).toEqual(expected);
  expect(await contextOf(here, "b")).toEqual({ by: "us alone" });
  expect((await pull(here)).report.memory).toMatchObject({ kept: 0, replaced: 0 });
});

test("with newest, ours stays when it is the later one", async () => {
  const { here, there } = await pair({ pulls: ["memory"], memory_conflict: "newest" });
  await remember(there, "a", { by: "both" });
  await pull(here);
  await remember(there, "a", { by: "them" });
  await remember(here, "a", { by: "us" });
  expect((await pull(here)).report.memory).toMatchObject({ kept: 1 });
  expect(await contextOf(here, "a")).toEqual({ by: "us" });
});

test("a wrong token, a missing scope and a peer with federation off are told, and nothing is written", async () => {
  const { here, there, peer } = await pair({ pulls: ["memory"] });
  await remember(there, "a", {});
  const weak = await keyFor(there, ["memory:read"]);
  const refused = async (token: string) => {
    await here.call("POST", "/federation/peers", { ...peer, token });
    return here.call("POST", "/federation/peers/hq/pull");
  };
  const wrong = { code: "upstream_failed", peer_status: 401 };
  expect(await refused("wrong")).toMatchObject({ status: 502, body: wrong });
  expect(await refused(weak)).toMatchObject({
    ...{ status: 502, body: { peer_status: 403, peer_code: "insufficient_scope" } },
  });
  const operator = callAs(theirs.url, theirs.key);
  await operator("POST", "/tenants/configure", { tenant_id: there.tenantId, name: "off" });
  const off = await refused(await keyFor(there, scopes));
  expect(off.body).toMatchObject({ peer_status: 403, peer_code: "federation_disabled" });
  const adHoc = { url: theirs.url, token: await keyFor(there, ["*"]) };
  const list = await here.call("POST", "/federation/memory/pull", adHoc);
  expect(list).toMatchObject({ status: 502, body: { peer_code: "federation_disabled" } });
  expect((await here.call("GET", "/memory/all")).body).toMatchObject({ memories: [] });
  const { body } = await here.call<Run[]>("GET", "/federation/peers/hq/runs");
  expect(body.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]);
  expect((await here.call("GET", "/federation/peers/hq")).body).toMatchObject({
    health: { state: "unhealthy", failures: 3 },
  });
  // The own tenant's side, too.
  const our = callAs(ours.url, ours.key);
  await our("POST", "/tenants/configure", { tenant_id: here.tenantId, name: "off" });
  expect(await here.call("POST", "/federation/peers/hq/pull")).toMatchObject({
    ...{ status: 403, body: { code: "peer_not_allowed", reason: "federation_disabled" } },
  });
});

/** Stands before the peer; `onPage` may keep a page for itself. */
async function proxyTo(url: string, onPage: (page: number) => boolean): Promise<Listening> {
  let page = 0;
  return listen(
    createServer((request, response) => {
      if (!onPage(++page)) return;
      const { host: _, ...headers } = request.headers;
      const onward = ask(url + request.url, { headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.end();
    }),
  );
}

test("a pull whose process is killed midway goes on at the next, and nothing is doubled", async () => {
  let killed: Promise<void> | undefined;
  const proxy = await proxyTo(theirs.url, (page) => {
    if (page === 2) killed = ours.stop("SIGKILL");
    return page !== 2;
  });
  try {
    const { here, there } = await pair({ pulls: ["memory"] }, proxy.url);
    const agents = Array.from({ length: 450 }, (_, at) => `agent-${at}`);
    for (let at = 0; at < agents.length; at += 30) {
      const some = agents.slice(at, at + 30);
      await Promise.all(some.map((agent) => remember(there, agent, { agent })));
    }
    await here.call("POST", "/federation/peers/hq/pull").catch(() => undefined);
    await killed;
    ours = await start(ours.databaseUrl);
    const after = { ...here, call: callAs(ours.url, here.key) };
    const before = await after.call<{ memories: unknown[] }>("GET", "/memory/all");
    expect(before.body.memories).toHaveLength(200);
    // What the dead process holds runs out by itself; the test does not wait for that.
    const sql = postgres(ours.databaseUrl, { max: 1, onnotice: () => undefined });
    const holdFor = (time: string) => sql`
      update federation_peers set running_until = now() + ${time}::interval
      where tenant_id = ${here.tenantId}`;
    await holdFor("1 hour");
    expect(await after.call("POST", "/federation/peers/hq/pull")).toMatchObject({ status: 409 });
    await holdFor("0");
    await sql.end();
    expect((await pull(after)).report.memory).toMatchObject({ new: 250, updated: 0 });
    const all = await after.call<{ memories: { agent_id: string }[] }>("GET", "/memory/all");
    expect(all.body.memories.map(({ agent_id }) => agent_id).sort()).toEqual([...agents].sort());
    const runs = await after.call<Run[]>("GET", "/federation/peers/hq/runs");
    expect(runs.body.map(({ status }) => status)).toEqual(["ok", "failed"]);
    expect((await pull(after)).report.memory).toMatchObject({ new: 0, incremental: true });
  } finally {
    await proxy.close();
  }
}, 60_000);
