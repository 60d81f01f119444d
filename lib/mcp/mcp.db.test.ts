import { createServer, type Server as HttpServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { tools } from "#db/schema/tools.ts";
import { useTestDatabase } from "#db/testing/clone.ts";
import { withTenant } from "#db/transaction.ts";
import { setTenantStatus } from "#lib/admin/tenants.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { CreateKeyInput } from "#lib/auth/schema.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { registerTool } from "#lib/tools/service.ts";
import { reportUsage } from "#lib/usage/service.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_CORS_ORIGINS = "https://allowed.example";
});

useTestDatabase();

interface Party {
  ctx: Ctx;
  key: string;
}

let server: HttpServer;
let base = "";
let upstream: HttpServer;
let upstreamUrl = "";
let acme: Party;
let rival: Party;

async function listen(http: HttpServer): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

async function keyOf(ctx: Ctx, rest: Partial<CreateKeyInput> = {}): Promise<string> {
  const scopes = { ...ctx, permissions: platformCtx().permissions };
  return (await createKey(scopes, { name: "test", ...rest })).key;
}

/** The platform's own tools have a suite of their own. */
async function party(config: Parameters<typeof freshTenant>[0] = {}): Promise<Party> {
  const mcp_config = { built_in_tools: false, ...config.mcp_config };
  const ctx = await freshTenant({ egress_allow: ["127.0.0.1"], ...config, mcp_config });
  return { ctx, key: await keyOf(ctx) };
}

async function addTool(ctx: Ctx, name: string, implementation: string, parameters = {}) {
  return registerTool(ctx, { tool_id: name, name, config: { implementation }, parameters });
}

let hanging = 0;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    if (request.url === "/hang") {
      hanging += 1;
      response.on("close", () => {
        hanging -= 1;
      });
      return;
    }
    response.setHeader("content-type", "application/json");
    response.end(request.url === "/list" ? "[1,2]" : '{"from":"upstream"}');
  });
  upstreamUrl = await listen(upstream);
  const lane = createApiLane(await loadRoutes(join(import.meta.dirname, "../../app/(api)")));
  server = createServer((request, response) => {
    if (!lane(request, response)) response.writeHead(404).end();
  });
  base = await listen(server);
  acme = await party({ name: "Acme" });
  rival = await party({ name: "Rival" });
  const query = { query: { type: "string", required: true }, limit: { default: 5 } };
  await addTool(acme.ctx, "search", "internal:echo", query);
  await addTool(acme.ctx, "fetch", upstreamUrl);
  await addTool(acme.ctx, "array", `${upstreamUrl}/list`);
  await addTool(acme.ctx, "hang", `${upstreamUrl}/hang`);
  await addTool(acme.ctx, "code", "return 1");
  await addTool(rival.ctx, "private", "internal:echo");
});

afterAll(async () => {
  for (const http of [server, upstream]) {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  }
});

interface Session {
  listTools(): Promise<{ tools: { name: string; inputSchema: unknown }[] }>;
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  ping(): Promise<unknown>;
  getServerVersion(): { name: string; title?: string | undefined } | undefined;
  getInstructions(): string | undefined;
  close(): Promise<void>;
}

const bearer = (key: string, headers: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${key}`, ...headers },
});

async function openV2(mode: "legacy" | "auto" | { pin: string }, path: string, init: RequestInit) {
  const client = new Client({ name: "t", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(path, base), { requestInit: init }),
  );
  return client;
}

async function openV1(path: string, init: RequestInit) {
  const client = new ClientV1({ name: "t", version: "1" });
  const transport = new TransportV1(new URL(path, base), { requestInit: init });
  // The old SDK's own types do not fit each other under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
}

type Open = (path: string, init: RequestInit) => Promise<Session>;

const clients: [string, Open][] = [
  ["the v2 client pinned to 2026-07-28", (...at) => openV2({ pin: "2026-07-28" }, ...at)],
  ["the v2 client in legacy mode", (...at) => openV2("legacy", ...at)],
  ["the v2 client in auto mode", (...at) => openV2("auto", ...at)],
  ["the v1 client", openV1],
];

test.each(clients)(
  "%s lists and calls the tools of its key's tenant alone",
  async (_name, open) => {
    const client = await open("/mcp", bearer(acme.key));
    const { tools: listed } = await client.listTools();
    expect(listed.map(({ name }) => name)).toEqual(["array", "code", "fetch", "hang", "search"]);
    expect(listed[4]?.inputSchema).toEqual({
      type: "object",
      properties: { query: { type: "string" }, limit: { default: 5 } },
      required: ["query"],
    });
    expect(await client.callTool({ name: "search", arguments: { query: "x" } })).toMatchObject({
      structuredContent: { query: "x", limit: 5 },
    });
    expect(await client.callTool({ name: "fetch" })).toMatchObject({
      content: [{ type: "text", text: '{"from":"upstream"}' }],
      structuredContent: { from: "upstream" },
    });
    await expect(client.callTool({ name: "private" })).rejects.toThrow('no tool "private"');
    await client.close();

    const other = await open("/mcp", bearer(rival.key));
    expect((await other.listTools()).tools.map(({ name }) => name)).toEqual(["private"]);
    await expect(other.callTool({ name: "search" })).rejects.toThrow('no tool "search"');
    await other.close();
  },
);

test.each(clients)(
  "%s reaches a tenant by its address, as a tenant and as the platform",
  async (_name, open) => {
    const platform = await keyOf(acme.ctx, { kind: "platform" });
    for (const [path, init] of [
      [`/t/${rival.ctx.tenantId}/mcp`, bearer(rival.key)],
      [`/t/${rival.ctx.tenantId}/mcp`, bearer(platform)],
      ["/mcp", bearer(platform, { "x-tenant-id": rival.ctx.tenantId })],
    ] as const) {
      const client = await open(path, init);
      expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["private"]);
      await client.close();
    }
  },
);

test.each(clients)("%s is told whose server it speaks to", async (_name, open) => {
  const client = await open("/mcp", bearer(acme.key));
  expect(client.getServerVersion()).toMatchObject({
    name: "tausestack",
    title: "Acme on TauseStack",
  });
  expect(client.getInstructions()).toContain("Acme");
  await client.close();
});

test.each(clients.filter(([name]) => name.includes("legacy") || name.includes("v1")))(
  "%s is answered its ping",
  async (_name, open) => {
    const client = await open("/mcp", bearer(acme.key));
    await client.ping();
    await client.close();
  },
);

test.each(clients)(
  "for %s, arguments that do not fit are a tool error that says what to change",
  async (_name, open) => {
    const client = await open("/mcp", bearer(acme.key));
    expect(await client.callTool({ name: "search", arguments: { limit: 1 } })).toMatchObject({
      isError: true,
      content: [{ type: "text", text: expect.stringContaining("/query: is required (string)") }],
      structuredContent: { error: { code: "invalid_arguments" } },
    });
    await client.close();
  },
);

const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

const eras = ["modern", "legacy"] as const;

/** One JSON-RPC request as a client of the era sends it. */
function send(
  era: (typeof eras)[number],
  method: string,
  params: Record<string, unknown> = {},
  {
    key = acme.key,
    path = "/mcp",
    signal,
  }: { key?: string; path?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const named = typeof params.name === "string" ? { "mcp-name": params.name } : {};
  const modern = {
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": method,
    ...named,
  };
  return fetch(new URL(path, base), {
    method: "POST",
    headers: {
      ...bearer(key).headers,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...(era === "modern" ? modern : { "mcp-protocol-version": "2025-11-25" }),
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 7,
      method,
      params: era === "modern" ? { ...params, _meta: envelope } : params,
    }),
    ...(signal ? { signal } : {}),
  });
}

function post(body: string, headers: Record<string, string> = {}, path = "/mcp") {
  return fetch(new URL(path, base), {
    method: "POST",
    headers: {
      ...bearer(acme.key).headers,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body,
  });
}

const listBody = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });

test.each(eras)(
  "a plain %s answer is JSON, with the request's id and the rate limit",
  async (era) => {
    const response = await send(era, "tools/list");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get("ratelimit")).toMatch(/^"requests";r=\d+;t=\d+$/);
    expect(response.headers.get("cache-control")).toBe("no-store");
  },
);

test("a modern list may be kept by its caller alone", async () => {
  const { result } = await (await send("modern", "tools/list")).json();
  expect(result).toMatchObject({ resultType: "complete", cacheScope: "private", ttlMs: 0 });
});

test("structured content that is no object is wrapped for those revisions that need an object", async () => {
  const [modern, legacy] = await Promise.all(
    eras.map(async (era) => (await send(era, "tools/call", { name: "array" })).json()),
  );
  expect(modern.result.structuredContent).toEqual([1, 2]);
  expect(legacy.result.structuredContent).toEqual({ result: [1, 2] });
  expect(legacy.result.content).toEqual([{ type: "text", text: "[1,2]" }]);
});

test("a call over MCP stands in the ledger when its answer is there", async () => {
  const { ctx, key } = await party();
  await addTool(ctx, "echo", "internal:echo");
  for (const era of eras) await send(era, "tools/call", { name: "echo" }, { key });
  const { rows } = await reportUsage(ctx, { group_by: "name", kind: "tool_call" });
  expect(rows).toMatchObject([{ group: "echo", calls: 2, errors: 0 }]);
});

test.each(eras)(
  "a %s client pages through more tools than fit one answer, in one order",
  async (era) => {
    const { ctx, key } = await party();
    const names = Array.from({ length: 1_001 }, (_, at) => `tool_${String(at).padStart(4, "0")}`);
    await withTenant(ctx.tenantId, (tx) =>
      tx.insert(tools).values(
        names.toReversed().map((name) => ({
          ...{ tenantId: ctx.tenantId, toolId: name, name, mcpName: name, parameters: {} },
          config: { implementation: "internal:echo" },
          ...{ publishedRevision: 1, latestRevision: 1 },
        })),
      ),
    );
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const { result } = await (
        await send(era, "tools/list", cursor ? { cursor } : {}, { key })
      ).json();
      seen.push(...result.tools.map(({ name }: { name: string }) => name));
      sizes.push(result.tools.length);
      cursor = result.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(names);
    expect(sizes).toEqual([500, 500, 1]);
  },
);

test.each(eras)("a %s client's mistakes are JSON-RPC errors of the spec's codes", async (era) => {
  const error = async (method: string, params: Record<string, unknown>) => {
    const response = await send(era, method, params);
    return { status: response.status, ...(await response.json()).error };
  };
  expect(await error("tools/call", { name: "nope" })).toMatchObject({
    code: -32602,
    message: 'There is no tool "nope".',
    data: { code: "not_found", request_id: expect.any(String) },
  });
  expect(await error("tools/list", { cursor: "x" })).toMatchObject({
    code: -32602,
    data: { code: "invalid_request" },
  });
  expect(await error("tools/call", { name: "search", arguments: "x" })).toMatchObject({
    code: -32602,
  });
  const unknown = await error("tools/nope", {});
  expect(unknown.code).toBe(-32601);
  expect(unknown.status).toBe(era === "modern" ? 404 : 200);
});

test("a modern request whose headers and body disagree is refused with -32020", async () => {
  const response = await post(
    JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: envelope } }),
    { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" },
  );
  expect(response.status).toBe(400);
  expect((await response.json()).error.code).toBe(-32020);
});

test("the modern revision takes no batches", async () => {
  const response = await post(`[${listBody}]`, { "mcp-protocol-version": "2026-07-28" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    jsonrpc: "2.0",
    error: { code: expect.any(Number) },
  });
});

test("a body that is no JSON is a parse error, and another media type is refused", async () => {
  for (const body of ["{", "", "[".repeat(3_000)]) {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      jsonrpc: "2.0",
      id: null,
      error: { code: -32700 },
    });
  }
  expect((await post(listBody, { "content-type": "text/plain" })).status).toBe(415);
});

test("a body past the limit is refused unread", async () => {
  const response = await post(JSON.stringify({ jsonrpc: "2.0", x: "x".repeat(5 * 1024 * 1024) }));
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "payload_too_large" });
});

test.each(["GET", "DELETE"])("%s is not possible, since there are no sessions", async (method) => {
  for (const path of ["/mcp", `/t/${acme.ctx.tenantId}/mcp`]) {
    const response = await fetch(new URL(path, base), { method, ...bearer(acme.key) });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  }
});

test("without a credential, or with a wrong one, the answer is 401 and says how to authenticate", async () => {
  for (const method of ["POST", "GET"]) {
    const missing = await fetch(new URL("/mcp", base), { method });
    expect(missing.status).toBe(401);
    expect(missing.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="http[^"]+", .*resource_metadata="http[^"]+"/,
    );
  }
  for (const path of ["/mcp", `/t/${acme.ctx.tenantId}/mcp`]) {
    const wrong = await post(listBody, { authorization: `Bearer ${acme.key}x` }, path);
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get("www-authenticate")).toContain('error="invalid_token"');
  }
});

test("another tenant than the key's, by header, query or address, is 403", async () => {
  const { tenantId } = rival.ctx;
  const answers = await Promise.all([
    post(listBody, { "x-tenant-id": tenantId }),
    post(listBody, {}, `/mcp?tenant_id=${tenantId}`),
    post(listBody, {}, `/t/${tenantId}/mcp`),
    post(listBody, {}, "/t/no-such-tenant/mcp"),
    post(listBody, { "x-tenant-id": tenantId }, `/t/${acme.ctx.tenantId}/mcp`),
  ]);
  for (const response of answers) {
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "wrong_tenant" });
  }
});

test("a tenant that is suspended is 403", async () => {
  const { ctx, key } = await party();
  await setTenantStatus(platformCtx(), ctx.tenantId, "suspended");
  for (const path of ["/mcp", `/t/${ctx.tenantId}/mcp`]) {
    const response = await send("modern", "tools/list", {}, { key, path });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "tenant_suspended" });
  }
});

test.each(eras)("a %s request beyond the key's scopes is 403 and names the scope", async (era) => {
  const reader = await keyOf(acme.ctx, { scopes: ["tools:read"] });
  const caller = await keyOf(acme.ctx, { scopes: ["tools:call"] });
  const call = { name: "search", arguments: { query: "x" } };
  expect((await send(era, "tools/list", {}, { key: reader })).status).toBe(200);
  expect((await send(era, "tools/call", call, { key: caller })).status).toBe(200);
  for (const [response, scope] of [
    [await send(era, "tools/call", call, { key: reader }), "tools:call"],
    [await send(era, "tools/list", {}, { key: caller }), "tools:read"],
  ] as const) {
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toContain(
      `error="insufficient_scope", scope="${scope}"`,
    );
  }
});

test("pages of a foreign origin are kept out, before their credential is looked at", async () => {
  for (const origin of ["https://evil.example", "http://localhost:1", "null"]) {
    const response = await post(listBody, { origin, authorization: "Bearer wrong" });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "origin_not_allowed" });
  }
  for (const origin of [base, "https://allowed.example"]) {
    expect((await post(listBody, { origin })).status).toBe(200);
  }
});

test("a foreign Host header is refused, as a rebound name would send it", async () => {
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(
      new URL("/mcp", base),
      { method: "POST", headers: { ...bearer(acme.key).headers, host: "evil.example" } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    sent.on("error", reject).end(listBody);
  });
  expect(status).toBe(403);
});

test("a batch is answered as one, and each of its messages takes its part of the rate limit", async () => {
  const { ctx, key } = await party({ mcp_config: { requests_per_minute: 5 } });
  await addTool(ctx, "echo", "internal:echo");
  const batch = (count: number) =>
    JSON.stringify(
      Array.from({ length: count }, (_, id) => ({
        ...{ jsonrpc: "2.0", id, method: "tools/call" },
        params: { name: "echo", arguments: { id } },
      })),
    );
  const headers = { authorization: `Bearer ${key}`, "mcp-protocol-version": "2025-03-26" };
  const answered = await (await post(batch(3), headers)).json();
  expect(answered.map(({ id, result }: { id: number; result: unknown }) => [id, result])).toEqual(
    [0, 1, 2].map((id) => [id, expect.objectContaining({ structuredContent: { id } })]),
  );
  const refused = await post(batch(3), headers);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
  const { total } = await reportUsage(ctx, { kind: "tool_call" });
  expect(total.calls).toBe(3);
});

test.each(eras)(
  "when a %s client hangs up, its call upstream is ended and metered as an error",
  async (era) => {
    const { ctx, key } = await party();
    await addTool(ctx, "hang", `${upstreamUrl}/hang`);
    const controller = new AbortController();
    const call = send(era, "tools/call", { name: "hang" }, { key, signal: controller.signal });
    await vi.waitFor(() => expect(hanging).toBe(1));
    controller.abort();
    await expect(call).rejects.toThrow();
    await vi.waitFor(() => expect(hanging).toBe(0));
    await vi.waitFor(async () => {
      const { total } = await reportUsage(ctx, { kind: "tool_call" });
      expect(total).toMatchObject({ calls: 1, errors: 1 });
    });
  },
);

test("calls that run at the same time are answered each with its own tenant's tools", async () => {
  const parties = [acme, rival];
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, at) => {
      const { key } = parties[at % 2] ?? acme;
      const { result } = await (
        await send(eras[at % 3 === 0 ? 0 : 1], "tools/list", {}, { key })
      ).json();
      return result.tools.map(({ name }: { name: string }) => name);
    }),
  );
  for (const [at, names] of answers.entries()) {
    expect(names).toEqual(
      at % 2 === 0 ? ["array", "code", "fetch", "hang", "search"] : ["private"],
    );
  }
});
