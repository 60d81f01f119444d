import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { callAs, type NewTenant, newTenant } from "./client.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: TestServer;
let tenant: NewTenant;

beforeAll(async () => {
  cluster = await openCluster();
  server = await startServer({
    databaseUrl: await cluster.createDatabase(),
    args: ["--dev", "--pages-lane-only"],
  });
  tenant = await newTenant({}, server);
}, 120_000);

afterAll(async () => {
  await server.stop();
  await cluster.close();
}, 60_000);

test("Next's own router serves the API's routes as the direct lane does", async () => {
  const { call, tenantId } = tenant;
  const context = { text: "ñ", list: [1, null] };
  const made = await call("POST", "/memory/register", { agent_id: "a b", context });
  expect([made.status, made.body.context]).toEqual([200, context]);
  expect((await call("GET", "/memory/a%20b")).body).toEqual(made.body);
  expect((await call("GET", "/memory/nobody")).body.code).toBe("not_found");
  expect((await call("GET", "/tools")).body).toEqual([]);
  expect((await call("GET", `/tenants/${tenantId}`)).body.tenant_id).toBe(tenantId);
  expect((await call("GET", "/tenants/elsewhere")).status).toBe(404);
}, 120_000);

test("Next's own router refuses what the direct lane refuses", async () => {
  expect((await callAs(server.url, null)("GET", "/tools")).status).toBe(401);
  const foreign = await tenant.call("GET", "/tools", undefined, { "x-tenant-id": "other" });
  expect([foreign.status, foreign.body.code]).toEqual([403, "wrong_tenant"]);
  const wrong = await tenant.call("POST", "/memory/register", { agent_id: 1 });
  expect([wrong.status, wrong.headers.get("content-type")]).toEqual([
    400,
    "application/problem+json",
  ]);
}, 120_000);
