import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startServer, type TestServer } from "../start-server.ts";
import { type Answer, callAs, type NewTenant, newTenant } from "./client.ts";

let pages: TestServer;
let tenant: NewTenant;

/** A second server on the same database and platform key, which goes through Next's own router. */
beforeAll(async () => {
  tenant = await newTenant();
  pages = await startServer({
    databaseUrl: inject("databaseUrl"),
    args: ["--dev", "--pages-lane-only"],
    env: { TAUSESTACK_BOOTSTRAP_KEY: inject("platformKey"), TAUSESTACK_EGRESS_ALLOW: "127.0.0.1" },
  });
}, 120_000);

afterAll(() => pages?.stop(), 60_000);

const compared = [
  ...["content-type", "cache-control", "link", "x-request-id", "retry-after", "allow"],
  ...["ratelimit-policy", "www-authenticate", "x-content-type-options", "location"],
];

/** What both lanes must agree on: everything but times, ids of requests and their own address. */
function essence({ status, headers, body }: Answer<unknown>, url: string) {
  const text = JSON.stringify(body)
    .replaceAll(/"(\w+_at|request_id|from|to)":"[^"]*"/g, '"$1":"*"')
    // Other suites make tenants meanwhile.
    .replaceAll(/"tenants_count":\d+/g, '"tenants_count":0')
    .replaceAll(url, "URL");
  const shown = compared.flatMap((name) => {
    const value = headers.get(name)?.replaceAll(url, "URL") ?? null;
    return value === null ? [] : [[name, name === "x-request-id" ? value.slice(0, 11) : value]];
  });
  return { status, headers: Object.fromEntries(shown), body: JSON.parse(text) };
}

interface Sent {
  method: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  key?: string | null;
}

async function both(sent: Sent) {
  const [direct, routed] = await Promise.all(
    [inject("serverUrl"), pages.url].map(async (url) => {
      const key = sent.key === undefined ? tenant.key : sent.key;
      const headers = { "x-request-id": "both-lanes-1", ...sent.headers };
      const answer = await callAs(url, key)(sent.method, sent.path, sent.body, headers);
      return essence(answer, url);
    }),
  );
  return { direct, routed };
}

const memory = { agent_id: "a/b ñ", context: { text: "ñ\0\ud83d", list: [1, null], "": {} } };
const rpc = { accept: "application/json, text/event-stream" };

const requests: Sent[] = [
  { method: "GET", path: "/health", key: null },
  { method: "POST", path: "/memory/register", body: memory },
  { method: "POST", path: "/memory/register", body: { agent_id: 1 } },
  { method: "POST", path: "/memory/register" },
  { method: "POST", path: "/memory/register", body: {}, headers: { "content-type": "text/xml" } },
  { method: "POST", path: "/memory/register", body: { agent_id: "x".repeat(5 * 1024 * 1024) } },
  { method: "GET", path: "/memory/a%2Fb%20%C3%B1" },
  { method: "GET", path: "/memory/nobody" },
  { method: "GET", path: "/memory/%00" },
  { method: "GET", path: "/memory/all?limit=1" },
  { method: "GET", path: "/memory/all?limit=0" },
  { method: "GET", path: "/memory/all", headers: { "x-tenant-id": "other" } },
  { method: "GET", path: "/memory/all?tenant_id=other" },
  { method: "HEAD", path: "/memory/all" },
  { method: "GET", path: "/memory/all", key: null },
  { method: "GET", path: "/memory/all", key: "tsp_wrong" },
  { method: "GET", path: "/tenants/elsewhere" },
  { method: "DELETE", path: "/memory/nobody" },
  { method: "POST", path: "/mcp", body: { jsonrpc: "2.0", id: 1, method: "ping" }, headers: rpc },
  {
    method: "POST",
    path: "/mcp",
    body: { jsonrpc: "2.0", id: 1, method: "nothing" },
    headers: rpc,
  },
];

test("Next's own router and the direct lane answer every request alike", async () => {
  for (const sent of requests) {
    const { direct, routed } = await both(sent);
    expect(routed, `${sent.method} ${sent.path}`).toEqual(direct);
  }
}, 180_000);

test("a method that an address has not is 405 in both lanes; the direct lane alone says which it has", async () => {
  const { direct, routed } = await both({ method: "PUT", path: "/memory/all" });
  expect([direct?.status, routed?.status]).toEqual([405, 405]);
  expect(direct?.headers.allow).toBe("GET, HEAD, OPTIONS");
}, 60_000);
