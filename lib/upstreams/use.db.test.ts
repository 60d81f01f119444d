import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { McpServer, WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { exposedPrompts } from "./exposed.ts";
import { closeUpstreams } from "./pool.ts";
import { putUpstream } from "./service.ts";
import { startModernUpstream } from "./testing.ts";
import { withUpstream } from "./use.ts";

useTestDatabase();

const servers: Listening[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(closeUpstreams);

async function tenantOf(url: string, rest: object = {}): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.1"] });
  await putUpstream(ctx, "up", { name: "Up", transport: { type: "http", url }, ...rest });
  return ctx;
}

const callOf = (ctx: Ctx, name: string, signal?: AbortSignal) =>
  withUpstream(
    ctx,
    "up",
    (client) => client.callTool({ name, arguments: {} }, signal ? { signal } : {}),
    signal ? { signal } : {},
  );

/** A server of sessions; `slow` runs until it is let go, and counts how often it was run. */
async function startForgetful() {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const slow = { runs: 0, begun: Promise.withResolvers<void>(), go: Promise.withResolvers<void>() };
  let strangers = 0;
  const open = async () => {
    const server = new McpServer({ name: "forgetful", version: "1" });
    server.registerTool("slow", {}, async () => {
      slow.runs += 1;
      slow.begun.resolve();
      await slow.go.promise;
      return { content: [{ type: "text", text: "done" }] };
    });
    server.registerTool("quick", {}, () => ({ content: [{ type: "text", text: "quick" }] }));
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await server.connect(transport);
    return transport;
  };
  const listener = getRequestListener(async (request) => {
    const id = request.headers.get("mcp-session-id");
    const known = id === null ? null : sessions.get(id);
    if (known === undefined) {
      strangers += request.method === "POST" ? 1 : 0;
      // The second one hears of it only when the first has begun anew.
      if (strangers === 2 && request.method === "POST") await slow.begun.promise;
      return new Response(null, { status: 404 });
    }
    if (request.method === "GET") return new Response(null, { status: 405 });
    return (known ?? (await open())).handleRequest(request);
  });
  const server = await listen(createServer(listener));
  servers.push(server);
  return { url: server.url, slow, forget: () => sessions.clear() };
}

test("calls that meet a forgotten session share the new one, and none ends another's", async () => {
  const { url, slow, forget } = await startForgetful();
  const ctx = await tenantOf(url);
  await callOf(ctx, "quick");
  forget();
  const first = callOf(ctx, "slow");
  const second = callOf(ctx, "quick");
  expect(await second).toMatchObject({ content: [{ text: "quick" }] });
  slow.go.resolve();
  expect(await first).toMatchObject({ content: [{ text: "done" }] });
  expect(slow.runs).toBe(1);
});

test("a connection that is open reaches no further than the tenant may now", async () => {
  const modern = await startModernUpstream();
  servers.push(modern);
  const ctx = await tenantOf(modern.url);
  await callOf(ctx, "echo");
  const { tenantId: tenant_id } = ctx;
  await configureTenant(platformCtx(), { tenant_id, name: tenant_id, egress_allow: [] });
  const seen = modern.requests.length;
  await expect(callOf(ctx, "echo")).rejects.toThrow("TAUSESTACK_EGRESS_ALLOW");
  expect(modern.requests.length).toBe(seen);
});

/** Accepts connections and says nothing. */
async function startSilent() {
  const asked = { times: 0 };
  const server = await listen(
    createServer(() => {
      asked.times += 1;
    }),
  );
  servers.push(server);
  return { url: server.url, asked };
}

test("calls that are cancelled count neither for nor against an upstream", async () => {
  const gone = await startModernUpstream();
  await gone.close();
  const ctx = await tenantOf(gone.url);
  const failures = async (count: number) => {
    for (let left = count; left > 0; left--) {
      await expect(callOf(ctx, "echo")).rejects.toMatchObject({ code: "failed" });
    }
  };
  await failures(4);
  await expect(callOf(ctx, "echo", AbortSignal.abort())).rejects.toMatchObject({
    code: "cancelled",
  });
  await failures(1);
  await expect(callOf(ctx, "echo")).rejects.toMatchObject({ code: "unavailable" });
});

test("an upstream that says nothing keeps no list waiting, and is not asked by each", async () => {
  const [silent, modern] = [await startSilent(), await startModernUpstream()];
  servers.push(modern);
  const ctx = await tenantOf(silent.url, { expose_prompts: true });
  await putUpstream(ctx, "talks", {
    name: "Talks",
    transport: { type: "http", url: modern.url },
    expose_prompts: true,
  });
  await vi.waitFor(
    async () => {
      const listed = await exposedPrompts(ctx);
      expect(listed.map(({ name }) => name)).toEqual(["talks_greet"]);
    },
    { timeout: 10_000 },
  );
  await vi.waitFor(() => expect(silent.asked.times).toBeGreaterThan(0));
  const { times } = silent.asked;
  // While it is still asked and nobody waits for it, the others are shown.
  for (let again = 0; again < 50; again++) expect(await exposedPrompts(ctx)).toHaveLength(1);
  expect(silent.asked.times).toBe(times);
});
