import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ProtectedUpstream, startProtectedUpstream } from "#lib/testing/protected-upstream.ts";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { newTenant } from "./client.ts";
import { type OAuthServer, startOAuthServer } from "./oauth-person.ts";
import {
  acceptWhoami,
  begin,
  browserOf,
  comeBack,
  connectAs,
  connectionOf,
  type Person,
  tenantOf,
  type UpstreamTenant,
  whoami,
} from "./upstream-person.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: OAuthServer;
/** Another process on the same database. */
let second: TestServer;
let provider: ProtectedUpstream;
let tenant: UpstreamTenant;
let sql: Sql;

beforeAll(async () => {
  cluster = await openCluster();
  provider = await startProtectedUpstream();
  const databaseUrl = await cluster.createDatabase();
  sql = postgres(databaseUrl, { max: 1 });
  server = await startOAuthServer(databaseUrl);
  second = await startServer({
    databaseUrl,
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_SECRET_KEY: server.secretKey,
      TAUSESTACK_BOOTSTRAP_KEY: server.key,
    },
  });
  tenant = await tenantOf(server, provider);
}, 180_000);

afterAll(async () => {
  await sql?.end();
  await Promise.all([server?.stop(), second?.stop()]);
  await provider?.close();
  await cluster?.close();
});

const rowsOf = ({ userId }: Pick<Person, "userId">) =>
  sql`select * from upstream_tokens where tenant_id = ${tenant.tenantId} and subject = ${`user:${userId}`}`;

/** Somebody who has connected their account; `login` is its name at the provider. */
async function connected(login: string): Promise<Person> {
  const person = await tenant.person();
  expect(await connectAs(person, provider, login)).toMatchObject({ outcome: "connected" });
  await acceptWhoami(person);
  return person;
}

const refreshes = () => provider.tokenRequests.filter(({ grant }) => grant === "refresh_token");

test("two people connect their own accounts, and each call reaches the upstream with its person's token", async () => {
  const [ann, ben] = [await tenant.person("viewer"), await tenant.person()];
  expect(await connectionOf(ann)).toMatchObject({ state: "not_connected", connected: false });
  const back = await connectAs(ann, provider, "ann");
  expect([back.status, back.path]).toEqual([303, `/portal/${tenant.tenantId}/linked-accounts`]);
  await connectAs(ben, provider, "ben");
  await acceptWhoami(ben);
  expect(await connectionOf(ann)).toMatchObject({
    ...{ state: "connected", account: "ann@provider.example", error: null },
    connected_at: expect.any(String),
  });
  for (const _ of [1, 2]) {
    // A viewer may not call tools; a developer may.
    expect(await whoami(ben, server)).toEqual({ text: "ben", isError: false });
  }
  const cat = await connected("cat");
  const answers = await Promise.all([whoami(ben, second), whoami(cat, second)]);
  expect(answers.map(({ text }) => text)).toEqual(["ben", "cat"]);

  const [row] = await rowsOf(ben);
  const stored = JSON.stringify(row);
  const tokens = provider.tokensOf("ben");
  expect(tokens.length).toBeGreaterThanOrEqual(2);
  for (const token of tokens) expect(stored).not.toContain(token);
});

test("people see who has connected; a key, another tenant and a stranger see nothing of it", async () => {
  const dan = await connected("dan");
  const { body } = await tenant.operator<{ person_id: string; connected_by: string }[]>(
    "GET",
    "/upstreams/notes/connections",
  );
  expect(body).toContainEqual(
    expect.objectContaining({
      ...{ subject: "user", person_id: dan.userId, connected_by: dan.email, state: "connected" },
      account: "dan@provider.example",
    }),
  );
  const other = await newTenant({}, server);
  expect((await other.call("GET", "/upstreams/notes/connections")).status).toBe(404);
  expect((await other.call("POST", "/upstreams/notes/disconnect")).status).toBe(404);
  expect((await tenant.call("POST", "/upstreams/notes/connect")).status).toBe(403);
  const mine = await dan.call<{ upstream_id: string }[]>("GET", "/upstreams?account=user");
  expect(mine.body.map(({ upstream_id }) => upstream_id)).toEqual(["notes"]);
  expect((await dan.call("GET", "/upstreams?account=tenant")).body).toEqual([]);
});

test("an access token that has ended is renewed by one process, and calls on both succeed", async () => {
  const eve = await connected("eve");
  await provider.end("eve", "access");
  await sql`update upstream_tokens set expires_at = now() - interval '1 second'
    where tenant_id = ${tenant.tenantId} and subject = ${`user:${eve.userId}`}`;
  const before = refreshes().length;
  const release = provider.holdTokens();
  // Neither process has a copy of the token: the first one forgets its own by a notice.
  await tenant.operator("PUT", "/upstreams/other", {
    name: "Other",
    transport: { type: "http", url: "https://other.example/mcp" },
  });
  const calls = [server, second, server, second].map((each) => whoami(eve, each));
  await expect
    .poll(async () => (await rowsOf(eve))[0]?.refreshing_until, { timeout: 10_000 })
    .not.toBeNull();
  release();
  const answers = await Promise.all(calls);
  expect(answers.map(({ text }) => text)).toEqual(["eve", "eve", "eve", "eve"]);
  expect(refreshes().slice(before)).toEqual([{ grant: "refresh_token", status: 200 }]);
});

test("a token that the server refuses before its end is renewed once, and the call is made again", async () => {
  const fay = await connected("fay");
  expect((await whoami(fay, server)).text).toBe("fay");
  const counted = await fay.call("GET", "/upstreams/notes/catalog/counts");
  const counts = { tools: 1, resources: 0, resource_templates: 0, prompts: 0 };
  expect(counted.body).toEqual({ error: null, counts });
  const unsaid = await tenant.operator("GET", "/upstreams/notes/catalog/counts");
  expect(unsaid.body).toEqual({ counts: null, error: expect.stringContaining("no person's") });
  await provider.end("fay", "access");
  const before = refreshes().length;
  expect(await whoami(fay, server)).toEqual({ text: "fay", isError: false });
  expect(refreshes().slice(before)).toEqual([{ grant: "refresh_token", status: 200 }]);
});

test("where the refresh token is revoked, the call says where to connect again, and so does the state", async () => {
  const gil = await connected("gil");
  await provider.end("gil", "access");
  await provider.end("gil", "refresh");
  const answer = await whoami(gil, server);
  expect(answer.isError).toBe(true);
  expect(answer.text).toContain(`/portal/${tenant.tenantId}/linked-accounts`);
  expect(await connectionOf(gil)).toMatchObject({
    ...{ state: "expired", connected: false, account: "gil@provider.example" },
    error: "The authorization server refused to renew the access token (invalid_grant).",
  });
  // One person's account says nothing of the upstream.
  const { body } = await tenant.operator<{ health: { status: string } }>("GET", "/upstreams/notes");
  expect(body.health.status).toBe("ok");
  expect((await connectAs(gil, provider, "gil")).outcome).toBe("connected");
  expect(await connectionOf(gil)).toMatchObject({ state: "connected", error: null });
  expect((await whoami(gil, second)).text).toBe("gil");
});

test("a state that is wrong, replayed, another person's or another tenant's connects nothing", async () => {
  const [hal, ida] = [await tenant.person(), await tenant.person()];
  const address = await begin(hal);
  const back = await provider.consent(address, "hal");
  expect((await comeBack(ida, back)).outcome).toBe("stale");
  const wrong = new URL(back);
  wrong.searchParams.set("state", "made-up");
  expect((await comeBack(hal, wrong)).outcome).toBe("stale");
  const other = await newTenant({}, server);
  const elsewhere = new URL(back);
  elsewhere.searchParams.set("tenant_id", other.tenantId);
  expect((await comeBack(hal, elsewhere)).status).toBe(403);
  const session = await server.session("operator", server.operatorId);
  const operator = browserOf(`tausestack.session=${session}`, server, other.tenantId);
  expect((await comeBack(operator, elsewhere)).outcome).toBe("stale");
  expect((await comeBack(hal, back)).outcome).toBe("connected");
  expect((await comeBack(hal, back)).outcome).toBe("stale");
  expect(await connectionOf(ida)).toMatchObject({ state: "not_connected" });
  expect(await connectionOf(hal)).toMatchObject({ account: "hal@provider.example" });
});

test("a code that comes from another issuer, and a refusal of the person, connect nothing", async () => {
  const jon = await tenant.person();
  const back = await provider.consent(await begin(jon), "jon");
  back.searchParams.set("iss", "https://evil.example");
  expect((await comeBack(jon, back)).outcome).toBe("failed");
  const { state, error } = await connectionOf(jon);
  expect([state, error]).toEqual(["failed", expect.stringContaining("could not be connected")]);
  const denied = new URL(back);
  denied.searchParams.delete("code");
  denied.searchParams.set("error", "access_denied");
  denied.searchParams.set("state", new URL(await begin(jon)).searchParams.get("state") ?? "");
  expect((await comeBack(jon, denied)).outcome).toBe("denied");
  expect((await rowsOf(jon))[0]?.sealed).toBeNull();
});

test("to disconnect revokes both tokens at the provider and deletes the row", async () => {
  const kim = await connected("kim");
  const before = provider.revocations.length;
  expect((await kim.call("POST", "/upstreams/notes/disconnect")).status).toBe(200);
  expect(provider.revocations.slice(before)).toEqual([200, 200]);
  expect(await rowsOf(kim)).toHaveLength(0);
  expect(await connectionOf(kim)).toMatchObject({ state: "not_connected", account: null });
  expect((await whoami(kim, server)).isError).toBe(true);
  expect((await kim.call("POST", "/upstreams/notes/disconnect")).status).toBe(404);
});

test("an account goes with its person's membership, and is not there when they come back", async () => {
  const leo = await connected("leo");
  expect((await whoami(leo, server)).text).toBe("leo");
  expect((await tenant.operator("DELETE", `/members/${leo.userId}`)).status).toBe(200);
  expect(await rowsOf(leo)).toHaveLength(0);
  const again = await tenant.person("developer", leo.email);
  expect(again.userId).toBe(leo.userId);
  expect(await connectionOf(again)).toMatchObject({ state: "not_connected" });
  const answer = await whoami(again, server);
  expect(answer).toMatchObject({ isError: true, text: expect.stringContaining("not connected") });
});

test("accounts go with the upstream, and with a change of where it is", async () => {
  const own = await tenantOf(server, provider);
  const count = async () =>
    (await sql`select 1 from upstream_tokens where tenant_id = ${own.tenantId}`).length;
  const mia = await own.person();
  await connectAs(mia, provider, "mia");
  expect(await count()).toBe(1);
  await own.call("PUT", "/upstreams/notes", {
    name: "Moved",
    transport: { type: "http", url: `${provider.mcpUrl}?moved` },
    auth: { type: "oauth", scope: "user" },
  });
  expect(await count()).toBe(0);
  const ned = await own.person();
  await begin(ned);
  expect(await count()).toBe(1);
  expect((await own.call("DELETE", "/upstreams/notes")).status).toBe(200);
  expect(await count()).toBe(0);
});
