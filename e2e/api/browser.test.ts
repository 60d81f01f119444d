import { encode } from "next-auth/jwt";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sessionCookie, sessionSecret } from "#lib/auth/session-token.ts";
import { openCluster, startServer, type TestServer } from "../start-server.ts";
import { type Answer, callAs } from "./client.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 9).toString("base64");
});

const app = "https://app.example";
let cluster: Awaited<ReturnType<typeof openCluster>>;
let server: TestServer;
let cookie: string;

/** What a browser sends with the operator's session. */
function browser(
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<Answer<Record<string, unknown>>> {
  const body = method === "POST" ? { agent_id: "a", context: {} } : undefined;
  return callAs(server.url, null)(method, path, body, { cookie, ...headers });
}

beforeAll(async () => {
  cluster = await openCluster();
  const databaseUrl = await cluster.createDatabase();
  server = await startServer({
    databaseUrl,
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_SECRET_KEY: process.env.TAUSESTACK_SECRET_KEY ?? "",
      TAUSESTACK_CORS_ORIGINS: `${app},https://other.example`,
    },
  });
  const sql = postgres(databaseUrl, { max: 1 });
  const [operator] =
    await sql`select operator_id as sub, email, session_epoch as epoch from operators`;
  await sql.end();
  const token = await encode({ token: { ...operator }, secret: sessionSecret(), maxAge: 300 });
  cookie = `theme=dark; ${sessionCookie}=${token}`;
}, 60_000);

afterAll(async () => {
  await server.stop();
  await cluster.close();
});

test("the console's session reads and, from the console itself, writes", async () => {
  expect((await browser("GET", "/tenants")).status).toBe(200);
  for (const from of [
    { "sec-fetch-site": "same-origin", origin: server.url },
    { "sec-fetch-site": "none" },
    { origin: server.url },
    {},
  ]) {
    const { status } = await browser("POST", "/memory/register", from as Record<string, string>);
    expect(status, JSON.stringify(from)).toBe(200);
  }
  const { body } = await browser("GET", "/audit");
  expect(body).toMatchObject([{ principal_type: "operator" }, {}, {}, {}, {}]);
});

test("a page of another origin cannot write with the console's session, allowed by CORS or not", async () => {
  for (const from of [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { "sec-fetch-site": "same-site", origin: server.url },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: app },
    {
      origin: server.url.replace("http:", "https:").replace("127.0.0.1", "127.0.0.1.evil.example"),
    },
  ]) {
    const { status, body } = await browser(
      "POST",
      "/memory/register",
      from as Record<string, string>,
    );
    expect([status, body.code], JSON.stringify(from)).toEqual([403, "origin_not_allowed"]);
  }
});

test("an allowed origin may call with a key, and reads the headers it needs, also of errors", async () => {
  const preflight = await fetch(`${server.url}/memory/register`, {
    method: "OPTIONS",
    headers: { origin: app, "access-control-request-method": "POST" },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get("access-control-allow-origin")).toBe(app);
  expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
  const call = callAs(server.url, server.key, { origin: app });
  for (const path of ["/tools", "/memory/nobody", "/tools?limit=0"]) {
    const { headers } = await call("GET", path);
    expect(headers.get("access-control-allow-origin")).toBe(app);
    expect(headers.get("access-control-expose-headers")).toContain("link");
    expect(headers.get("vary")).toContain("origin");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  }
});

test("any other origin gets no CORS headers", async () => {
  for (const origin of [
    "https://evil.example",
    "null",
    `${app}.evil.example`,
    "http://app.example",
  ]) {
    const { headers } = await callAs(server.url, server.key, { origin })("GET", "/tools");
    expect(headers.get("access-control-allow-origin"), origin).toBeNull();
  }
});
