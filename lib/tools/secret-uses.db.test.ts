import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { configureTenant } from "#lib/admin/tenants.ts";
import { listAudit } from "#lib/audit/service.ts";
import { createKey } from "#lib/auth/keys.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { registerResource } from "#lib/resources/service.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant, platformCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { putUpstream } from "#lib/upstreams/service.ts";
import { callToolFor } from "./calls/call.ts";
import { isInputRequired, type ToolClient } from "./calls/client.ts";
import { saveDraft } from "./revisions/drafts.ts";
import { closeSandbox } from "./sandbox/pool.ts";
import { deleteUnusedSecret, getUsedSecret, listUsedSecrets } from "./secret-uses.ts";
import { registerTool } from "./service.ts";
import { refusal } from "./testing.ts";

useTestDatabase();

const api = createServer();
let server: Listening;

beforeAll(async () => {
  const lane = createApiLane(await loadRoutes(join(import.meta.dirname, "../../app/(api)")));
  api.on("request", (request, response) => {
    if (!lane(request, response)) response.writeHead(404).end();
  });
  server = await listen(api);
});
afterAll(async () => {
  await closeSandbox();
  await server.close();
});

const value = "swordfish-9000";

async function codeTool(ctx: Ctx, code: string, secrets = ["KEY"], id = "tool") {
  const config = { implementation: code, secrets };
  return registerTool(ctx, { tool_id: id, name: id, config });
}

async function withSecret(): Promise<Ctx> {
  const ctx = await freshTenant();
  await putSecret(ctx, "KEY", { value });
  return ctx;
}

async function client(ctx: Ctx, scopes?: ("secrets:read" | "tools:read")[]) {
  const { key } = await createKey(ctx, { name: "test", ...(scopes ? { scopes } : {}) });
  return async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    expect(text).not.toContain(value);
    return { status: response.status, body: JSON.parse(text) };
  };
}

test("a secret tells which tools name it, their drafts, and the tenant's upstreams and providers too", async () => {
  const ctx = await withSecret();
  expect((await getUsedSecret(ctx, "KEY")).used_by).toEqual([]);
  await codeTool(ctx, "return 1", ["KEY"], "published");
  await codeTool(ctx, "return 1", [], "drafted");
  await saveDraft(ctx, "drafted", {
    name: "drafted",
    config: { implementation: "return 2", secrets: ["KEY"] },
  });
  await codeTool(ctx, "return 'secret KEY'", ["OTHER"], "other");
  const ai_providers = [{ name: "house", type: "openai" as const, api_key_secret: "KEY" }];
  await configureTenant(platformCtx(), { tenant_id: ctx.tenantId, name: "t", ai_providers });
  await putUpstream(ctx, "crm", {
    name: "CRM",
    transport: { type: "http", url: "https://mcp.example.com/mcp" },
    auth: { type: "bearer", secret: "KEY" },
  });
  const [secret] = (await listUsedSecrets(ctx, {})).items;
  expect(secret?.used_by).toEqual([
    { kind: "tool", id: "drafted", name: "drafted" },
    { kind: "tool", id: "published", name: "published" },
    { kind: "upstream", id: "crm", name: "CRM" },
    { kind: "provider", id: "house", name: "house" },
  ]);
});

test("a secret of a resource's connection is in use by the resource, and is not deleted", async () => {
  const ctx = await withSecret();
  await registerResource(ctx, {
    ...{ resource_id: "orders", name: "Orders", type: "api", uri: "https://api.example.com" },
    connection: { auth: { type: "bearer", secret: "KEY" } },
  });
  const use = { kind: "resource", id: "orders", name: "Orders" };
  expect((await getUsedSecret(ctx, "KEY")).used_by).toEqual([use]);
  const error = await refusal(deleteUnusedSecret(ctx, "KEY", false));
  expect([error.code, error.message]).toEqual(["conflict", expect.stringContaining("orders")]);
  await deleteUnusedSecret(ctx, "KEY", true);
});

test("a secret in use is not deleted, and the refusal names who uses it; with force it is", async () => {
  const ctx = await withSecret();
  await codeTool(ctx, "return secrets.get('KEY').then(() => 'got it')");
  const error = await refusal(deleteUnusedSecret(ctx, "KEY", false));
  expect([error.code, error.message]).toEqual(["conflict", expect.stringContaining("tool tool")]);
  await deleteUnusedSecret(ctx, "KEY", true);
  const result = await callToolFor(ctx, { mcpName: "tool", arguments: {} }, { capabilities: null });
  expect(result).toMatchObject({
    isError: true,
    structuredContent: { error: { code: "secret_unavailable" } },
  });
});

test("over REST a secret is put, read, listed and deleted, and its value comes back from nowhere", async () => {
  const ctx = await freshTenant();
  const call = await client(ctx);
  const put = await call("PUT", "/secrets/KEY", { value, description: "of the CRM" });
  expect(put).toMatchObject({ status: 200, body: { name: "KEY", version: 1 } });
  expect(put.body).not.toHaveProperty("value");
  await codeTool(ctx, "return 1");
  const used_by = [{ kind: "tool", id: "tool", name: "tool" }];
  expect((await call("GET", "/secrets/KEY")).body).toMatchObject({ name: "KEY", used_by });
  expect((await call("GET", "/secrets?search=ke")).body).toMatchObject([{ name: "KEY", used_by }]);
  expect((await call("DELETE", "/secrets/KEY")).body).toMatchObject({ code: "conflict" });
  const gone = await call("DELETE", "/secrets/KEY?force=true");
  expect(gone).toMatchObject({ status: 200, body: { status: "deleted", name: "KEY" } });
  expect((await call("GET", "/secrets/KEY")).status).toBe(404);
  expect((await call("DELETE", "/secrets/KEY")).status).toBe(404);
});

test("over REST a refusal never repeats the value that was sent, and a key without the scope gets 403", async () => {
  const ctx = await withSecret();
  const call = await client(ctx);
  const wrong = await call("PUT", "/secrets/KEY", { value: `${value}\0` });
  expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: "/value" }] } });
  expect((await call("PUT", "/secrets/a-b", { value })).status).toBe(400);
  expect((await call("PUT", "/secrets/KEY", `{"value": "${value}" ${value}`)).status).toBe(400);
  expect((await call("PUT", "/secrets/KEY", { value: [value] })).status).toBe(400);
  const reader = await client(ctx, ["secrets:read"]);
  expect((await reader("GET", "/secrets")).status).toBe(200);
  expect((await reader("PUT", "/secrets/KEY", { value })).status).toBe(403);
  expect((await reader("DELETE", "/secrets/KEY")).status).toBe(403);
  const stranger = await client(ctx, ["tools:read"]);
  expect((await stranger("GET", "/secrets")).status).toBe(403);
  expect((await stranger("GET", "/secrets/KEY")).status).toBe(403);
  const foreign = await client(await freshTenant());
  expect((await foreign("GET", "/secrets/KEY")).status).toBe(404);
  expect((await foreign("DELETE", "/secrets/KEY?force=true")).status).toBe(404);
});

test.each([
  ["in a text", "return await secrets.get('KEY')"],
  [
    "in structured content",
    "return {deep: [{[await secrets.get('KEY')]: await secrets.get('KEY')}]}",
  ],
  ["in base64 of a longer text", "return btoa('user:' + await secrets.get('KEY'))"],
  ["URL-encoded", "return encodeURIComponent('a=' + await secrets.get('KEY') + '&')"],
  ["in an error", "throw new Error('no: ' + await secrets.get('KEY'))"],
  ["in a log line", "console.log('key', await secrets.get('KEY')); return 1"],
  [
    "in a progress message",
    "await ctx.progress({progress: 1, message: await secrets.get('KEY')}); return 1",
  ],
])(
  "a tool that echoes a secret %s tells its caller, its client's log and the ledger nothing of it",
  async (_name, code) => {
    const ctx = await withSecret();
    await codeTool(ctx, code);
    const told: unknown[] = [];
    const listener: ToolClient = {
      capabilities: {},
      log: async (...line) => void told.push(line),
      progress: async (update) => void told.push(update),
    };
    const result = await callToolFor(ctx, { mcpName: "tool", arguments: {} }, listener);
    expect(isInputRequired(result)).toBe(false);
    const all = JSON.stringify([result, told, (await listAudit(ctx, { limit: 100 })).items]);
    expect(all).not.toMatch(/swordfish|c3dvcmRmaXN|dvcmRmaXNo/);
    expect(all).toContain("[secret]");
  },
);
