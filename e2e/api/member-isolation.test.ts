import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sessionCookie, sessionSecret } from "#lib/auth/session-token.ts";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { type Call, callAs, type NewTenant, newTenant } from "./client.ts";
import {
  attemptsAt,
  contentsOf,
  isRefusal,
  newVictim,
  operationsOf,
  type Victim,
} from "./victim.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 11).toString("base64");
});

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: TestServer;
let own: NewTenant;
let victim: Victim;
let operations: Awaited<ReturnType<typeof operationsOf>>;
let userId: string;
/** The owner of one tenant, as their browser calls. */
let owner: Call;

beforeAll(async () => {
  cluster = await openCluster();
  server = await startServer({
    databaseUrl: await cluster.createDatabase(),
    args: ["--api-lane-only"],
    env: { TAUSESTACK_SECRET_KEY: process.env.TAUSESTACK_SECRET_KEY ?? "" },
  });
  [own, victim] = [await newTenant({}, server), await newVictim(server)];
  const operator = callAs(server.url, server.key, { "x-tenant-id": own.tenantId });
  const email = "owner@example.com";
  const added = await operator("POST", "/members", { email, role: "owner" });
  userId = String(added.body.user_id);
  const token = { sub: userId, email, epoch: 0, kind: "user" };
  const session = await encode({ token, secret: sessionSecret(), maxAge: 300 });
  owner = callAs(server.url, null, {
    cookie: `${sessionCookie}=${session}`,
    "sec-fetch-site": "same-origin",
  });
  operations = await operationsOf(owner);
}, 60_000);

afterAll(async () => {
  await server.stop();
  await cluster.close();
});

const inOwn = () => ({ "x-tenant-id": own.tenantId });
const inVictims = () => ({ "x-tenant-id": victim.tenantId });

test("a member's session acts for their tenant, named or not, and is in its audit log", async () => {
  for (const headers of [{}, inOwn()]) {
    const memory = { agent_id: "mine", context: {} };
    const made = await owner("POST", "/memory/register", memory, headers);
    expect(made.status).toBe(200);
  }
  expect((await owner("GET", `/tenants/${own.tenantId}`)).status).toBe(200);
  const { body } = await owner("GET", "/audit?action=memory.create");
  expect(body).toMatchObject([{ principal_type: "member", principal_id: userId }]);
  const tenants = await owner<{ tenant_id: string }[]>("GET", "/tenants");
  expect(tenants.body.map(({ tenant_id }) => tenant_id)).toEqual([own.tenantId]);
});

test("no address with another tenant's ids in it answers a member, and nothing changes", async () => {
  const before = await contentsOf(victim);
  for (const { method, path, takesBody } of operations) {
    if (!path.includes("{")) continue;
    for (const { address, body } of attemptsAt({ path, takesBody }, victim, "viewer")) {
      for (const headers of [{}, inOwn(), inVictims()]) {
        const { status } = await owner(method, address, body, headers);
        expect([method, address, isRefusal(method, status, path)]).toEqual([method, address, true]);
      }
    }
  }
  expect(await contentsOf(victim)).toBe(before);
});

test("a header or query that names another tenant is refused to a member at every address", async () => {
  // Addresses of the person look at no tenant.
  const elsewhere = ["/health", "/openapi.json", "/account/password"];
  for (const { method, path } of operations) {
    if (path.includes("{") || elsewhere.includes(path)) continue;
    const byHeader = await owner(method, path, undefined, inVictims());
    const byQuery = await owner(method, `${path}?tenant_id=${victim.tenantId}`);
    for (const { status, body } of [byHeader, byQuery]) {
      expect([method, path, [403, 405].includes(status)]).toEqual([method, path, true]);
      expect(JSON.stringify(body)).not.toContain(`"${victim.tenantId}"`);
    }
  }
});

test("a member's tenant in the path that is not theirs is the 404 of a missing one", async () => {
  const foreign = await owner("GET", `/tenants/${victim.tenantId}`);
  const missing = await owner("GET", "/tenants/nobody-has-this");
  expect([foreign.status, missing.status]).toEqual([404, 404]);
  const said = (detail: unknown) => String(detail).replace(/"[^"]+"/, "");
  expect(said(foreign.body.detail)).toBe(said(missing.body.detail));
});

test("the role's permissions hold, and a removal is heard of at once", async () => {
  const operator = callAs(server.url, server.key, inOwn());
  await operator("POST", "/members", { email: "second@example.com", role: "owner" });
  expect((await operator("PATCH", `/members/${userId}`, { role: "viewer" })).status).toBe(200);
  expect((await owner("GET", "/tools")).status).toBe(200);
  const write = await owner("POST", "/memory/register", { agent_id: "b", context: {} });
  expect([write.status, write.body.code]).toEqual([403, "insufficient_scope"]);
  expect((await operator("DELETE", `/members/${userId}`)).status).toBe(200);
  expect((await owner("GET", "/tools", undefined, inOwn())).status).toBe(403);
  expect((await owner("GET", `/tenants/${own.tenantId}`)).status).toBe(404);
});
