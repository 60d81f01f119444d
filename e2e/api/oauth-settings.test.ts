import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openCluster } from "../start-server.ts";
import { callAs, newTenant } from "./client.ts";
import {
  answerConsent,
  authorizePath,
  Browser,
  connect,
  exchange,
  mcp,
  type OAuthServer,
  openConsent,
  refresh,
  register,
  startOAuthServer,
} from "./oauth-person.ts";

let cluster: Awaited<ReturnType<typeof openCluster>>;

beforeAll(async () => {
  cluster = await openCluster();
}, 60_000);

afterAll(() => cluster.close());

async function withServer(
  env: Record<string, string>,
  run: (server: OAuthServer) => Promise<void>,
): Promise<void> {
  const server = await startOAuthServer(await cluster.createDatabase(), env);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

test("an expired access token is refused, and renewed by the refresh token", async () => {
  await withServer({ TAUSESTACK_OAUTH_ACCESS_TOKEN_SECONDS: "5" }, async (server) => {
    const tenant = await newTenant({}, server);
    const app = await connect(server, tenant.tenantId);
    expect(app.expires_in).toBe(5);
    expect((await mcp(server, "/mcp", app.access_token, "tools/list")).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 5500));
    const refused = await mcp(server, "/mcp", app.access_token, "tools/list");
    expect(refused.status).toBe(401);
    expect(refused.body.detail).toContain("expired");
    expect(refused.headers.get("www-authenticate")).toContain('error="invalid_token"');
    const renewed = await refresh(server, app.client, app.refresh_token);
    expect((await mcp(server, "/mcp", renewed.body.access_token, "tools/list")).status).toBe(200);
  });
}, 60_000);

test("registration can be switched off, and is not promised then", async () => {
  await withServer({ TAUSESTACK_OAUTH_REGISTRATION: "false" }, async (server) => {
    const call = callAs(server.url, null);
    const { body } = await call("GET", "/.well-known/oauth-authorization-server");
    expect(body).not.toHaveProperty("registration_endpoint");
    const refused = await call("POST", "/oauth/register", { redirect_uris: ["http://127.0.0.1/"] });
    expect(refused.status).toBe(404);
  });
}, 60_000);

test("registrations of one address are limited by the minute, of another they go on", async () => {
  await withServer({}, async (server) => {
    const from = (address: string) =>
      callAs(server.url, null, { "x-forwarded-for": address })("POST", "/oauth/register", {
        redirect_uris: ["http://127.0.0.1/"],
      });
    const sent = await Promise.all(Array.from({ length: 25 }, () => from("203.0.113.7")));
    expect(sent.filter(({ status }) => status === 201)).toHaveLength(20);
    const refused = sent.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ error: "temporarily_unavailable" });
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await from("203.0.113.8")).status).toBe(201);
  });
}, 60_000);

test("two workers know each other's clients, codes, keys and revocations", async () => {
  await withServer({ WEB_CONCURRENCY: "2" }, async (server) => {
    const tenant = await newTenant({}, server);
    const app = await connect(server, tenant.tenantId);
    const once = { connection: "close", accept: "application/json, text/event-stream" };
    const list = () =>
      callAs(server.url, app.access_token, once)("POST", "/mcp", {
        ...{ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} },
      });
    const before = await Promise.all(Array.from({ length: 12 }, list));
    expect(before.map(({ status }) => status)).toEqual(before.map(() => 200));
    const operator = callAs(server.url, server.key, { "x-tenant-id": tenant.tenantId });
    expect((await operator("POST", "/oauth-keys/rotate")).status).toBe(200);
    const { body } = await operator<{ grant_id: string }[]>("GET", "/connected-apps");
    await operator("DELETE", `/connected-apps/${body[0]?.grant_id}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = await Promise.all(Array.from({ length: 12 }, list));
    expect(after.map(({ status }) => status)).toEqual(after.map(() => 401));
    await Promise.all(Array.from({ length: 4 }, () => connect(server, tenant.tenantId)));
  });
}, 60_000);

test("a client that was told localhost finds the metadata of localhost, and its token works", async () => {
  await withServer({}, async (server) => {
    const tenant = await newTenant({}, server);
    const url = server.url.replace("127.0.0.1", "localhost");
    const { body } = await callAs(url, null)("GET", "/.well-known/oauth-protected-resource/mcp");
    expect(body).toMatchObject({ resource: `${url}/mcp`, authorization_servers: [server.url] });
    const refused = await mcp({ url }, "/mcp", null, "tools/list");
    expect(refused.headers.get("www-authenticate")).toContain(`resource_metadata="${url}/`);
    const ask = { client: await register(server), more: { resource: `${url}/mcp` }, resource: "" };
    const browser = new Browser(server, await server.session("operator", server.operatorId));
    const page = await openConsent(browser, authorizePath(server, ask));
    const back = await answerConsent(browser, page, {
      ...{ account: server.operatorId, tenant: tenant.tenantId, scopes: ["tools:read"] },
    });
    const code = back.searchParams.get("code") ?? "";
    const { body: tokens } = await exchange(server, ask, code, { resource: `${url}/mcp` });
    expect((await mcp({ url }, "/mcp", tokens.access_token, "tools/list")).status).toBe(200);
  });
}, 60_000);

const fixtures = join(dirname(fileURLToPath(import.meta.url)), "fixtures");

test("a client's id may be the address of its metadata, which is fetched through the guard", async () => {
  let answer: Record<string, unknown> | null = null;
  const site = createServer(
    {
      key: readFileSync(join(fixtures, "localhost.key")),
      cert: readFileSync(join(fixtures, "localhost.crt")),
    },
    (_request, response) => {
      if (!answer) return void response.writeHead(302, { location: "/elsewhere" }).end();
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    },
  );
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const port = (site.address() as AddressInfo).port;
  const trust = { NODE_EXTRA_CA_CERTS: join(fixtures, "localhost.crt") };
  const idOf = (name: string) => `https://localhost:${port}/${name}.json`;
  const askOf = (name: string, redirectUri = "http://127.0.0.1:4711/callback") => ({
    client: { client_id: idOf(name), redirect_uris: [redirectUri] },
    redirectUri,
  });
  const documentOf = (name: string) => ({
    client_id: idOf(name),
    client_name: "Documented",
    // Any port of the own machine (RFC 8252, section 7.3).
    redirect_uris: ["http://127.0.0.1/callback"],
    token_endpoint_auth_method: "none",
  });
  try {
    await withServer({ ...trust, TAUSESTACK_EGRESS_ALLOW: `localhost:${port}` }, async (server) => {
      const tenant = await newTenant({}, server);
      const browser = new Browser(server, await server.session("operator", server.operatorId));
      const moved = await browser.send(authorizePath(server, askOf("moved")));
      expect(moved.status).toBe(400);
      answer = documentOf("other");
      expect((await browser.send(authorizePath(server, askOf("liar")))).status).toBe(400);
      answer = documentOf("client");
      const ask = askOf("client");
      const page = await openConsent(browser, authorizePath(server, ask));
      const back = await answerConsent(browser, page, {
        ...{ account: server.operatorId, tenant: tenant.tenantId, scopes: ["tools:read"] },
      });
      expect(back.href).toMatch(/^http:\/\/127\.0\.0\.1:4711\/callback\?/);
      const { body } = await exchange(server, ask, back.searchParams.get("code") ?? "");
      expect((await mcp(server, "/mcp", body.access_token, "tools/list")).status).toBe(200);
      const apps = await tenant.call<Record<string, unknown>[]>("GET", "/connected-apps");
      expect(apps.body[0]).toMatchObject({ client_name: "Documented", registration: "metadata" });
    });
    await withServer(trust, async (server) => {
      const browser = new Browser(server);
      expect((await browser.send(authorizePath(server, askOf("client")))).status).toBe(400);
    });
  } finally {
    site.close();
    site.closeAllConnections();
  }
}, 60_000);
