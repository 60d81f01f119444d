import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { createKey, revokeKey } from "#lib/auth/keys.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { closeSessions, openSession, sessionCount } from "./sessions.ts";
import { closeStreams } from "./streams.ts";
import { keyOf, openClient, serveApi } from "./testing.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_MCP_SESSIONS_PER_TENANT = "3";
  process.env.TAUSESTACK_MCP_SESSIONS_MAX = "5";
});

useTestDatabase();

let api: Listening;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: { elicitation: {} },
    clientInfo: { name: "t", version: "1" },
  },
};
const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };

async function send(key: string, body: object | null, session?: string, method = "POST") {
  const response = await fetch(`${api.url}/mcp`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      accept: "application/json, text/event-stream",
      ...(body ? { "content-type": "application/json" } : {}),
      ...(session ? { "mcp-session-id": session, "mcp-protocol-version": "2025-11-25" } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

async function begin(key: string): Promise<string> {
  return (await send(key, initialize)).headers.get("mcp-session-id") ?? "";
}

test("a session serves its own principal, and to others it is not there", async () => {
  const ctx = await freshTenant();
  const [key, colleague] = [await keyOf(ctx), await keyOf(ctx)];
  const stranger = await keyOf(await freshTenant());
  const session = await begin(key);
  expect(session).not.toBe("");
  expect((await send(key, list, session)).status).toBe(200);
  for (const other of [colleague, stranger]) {
    const refused = await send(other, list, session);
    expect(refused.status).toBe(404);
    expect(refused.text).toContain("lives on another process");
  }
  expect((await send(key, null, session, "DELETE")).status).toBe(200);
  expect((await send(key, list, session)).status).toBe(404);
});

test("a tenant's oldest idle session makes room for its next, and no other tenant's does", async () => {
  const [busy, quiet] = [await keyOf(await freshTenant()), await keyOf(await freshTenant())];
  const kept = await begin(quiet);
  const opened: string[] = [];
  for (let count = 0; count < 5; count++) opened.push(await begin(busy));
  const statuses = [];
  for (const session of opened) statuses.push((await send(busy, list, session)).status);
  expect(statuses).toEqual([404, 404, 200, 200, 200]);
  expect((await send(quiet, list, kept)).status).toBe(200);
});

test("where no session is idle, a client is served without one", async () => {
  const ctx = await freshTenant();
  const clients = [];
  for (let count = 0; count < 4; count++) {
    // Each of these holds a stream open, and so its session busy.
    const options = { capabilities: { elicitation: {} } };
    clients.push(await openClient(api.url, await keyOf(ctx), "legacy", options));
    await vi.waitFor(() => expect(sessionCount()).toBeGreaterThan(0));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const client of clients) expect(await client.listTools()).toBeTruthy();
  await Promise.all(clients.map((client) => client.close()));
});

test("who has no session is promised no word of changes, since nothing could bring it", async () => {
  const ctx = await freshTenant();
  const busy = [];
  for (let count = 0; count < 3; count++) busy.push(await openSession(ctx));
  for (const session of busy) if (session) session.busy = 1;
  const without = await send(await keyOf(ctx), initialize);
  busy[0]?.end();
  const within = await send(await keyOf(ctx), initialize);
  for (const session of busy) session?.end();
  expect(without.headers.get("mcp-session-id")).toBeNull();
  expect(without.text).not.toContain('"listChanged":true');
  expect(within.headers.get("mcp-session-id")).not.toBeNull();
  expect(within.text).toContain('"tools":{"listChanged":true}');
});

test("abandoned sessions stay within their bounds, however many are begun", async () => {
  closeSessions();
  const ctx = await freshTenant();
  for (let count = 0; count < 500; count++) await openSession(ctx);
  expect(sessionCount()).toBe(3);
  closeSessions();
  expect(sessionCount()).toBe(0);
});

test("sessions that are begun at the same time stay within their bounds too", async () => {
  const ctx = await freshTenant();
  closeSessions();
  await Promise.all(Array.from({ length: 10 }, () => openSession(ctx)));
  expect(sessionCount()).toBe(3);
  const key = await keyOf(await freshTenant());
  const begun = await Promise.all(Array.from({ length: 10 }, () => send(key, initialize)));
  expect(begun.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(sessionCount()).toBeLessThanOrEqual(5);
  closeSessions();
});

test("a subscription ends when its credential does", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const ctx = await freshTenant();
    const giver = { ...ctx, permissions: platformCtx().permissions };
    const { key, key_id } = await createKey(giver, { name: "short-lived" });
    const client = await openClient(api.url, key, "modern");
    const subscription = await client.listen({ toolsListChanged: true });
    await vi.advanceTimersByTimeAsync(15_000);
    await revokeKey(giver, key_id);
    await vi.advanceTimersByTimeAsync(15_000);
    await subscription.closed;
    await client.close();
  } finally {
    vi.useRealTimers();
  }
});

test("a draining process ends its subscriptions", async () => {
  const client = await openClient(api.url, await keyOf(await freshTenant()), "modern");
  const subscription = await client.listen({ toolsListChanged: true });
  await closeStreams();
  await subscription.closed;
  await client.close();
});
