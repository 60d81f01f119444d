import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { listAudit } from "#lib/audit/service.ts";
import type { CreateKeyInput } from "#lib/auth/schema.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { registerMemory } from "#lib/memory/service.ts";
import { registerResource } from "#lib/resources/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { reservedNames } from "#lib/tools/reserved-names.ts";
import { registerTool } from "#lib/tools/service.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { keyOf, openClient, serveApi } from "../testing.ts";
import { builtIns } from "./index.ts";

useTestDatabase();

let api: Listening;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

async function open(
  ctx: Ctx,
  scopes: CreateKeyInput["scopes"],
  agent_id?: string,
): Promise<Client> {
  const key = await keyOf(ctx, { scopes, ...(agent_id ? { agent_id } : {}) });
  return openClient(api.url, key, "modern");
}

async function names(client: Client): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

test("the names of the platform's tools are those that no tenant's tool may take", () => {
  expect([...builtIns.keys()].sort()).toEqual([...reservedNames].sort());
});

test("an agent sees the platform's tools that its scopes allow, in the order of names", async () => {
  const ctx = await freshTenant();
  await registerTool(ctx, {
    ...{ tool_id: "n", name: "n", config: { implementation: "internal:echo" } },
  });
  expect(await names(await open(ctx, ["*"]))).toEqual([
    "memory_delete",
    "memory_get",
    "memory_list",
    "memory_set",
    "n",
    "resource_access",
    "resource_list",
    "resource_read",
  ]);
  const reader = await open(ctx, ["tools:read", "tools:call", "memory:read"]);
  expect(await names(reader)).toEqual(["memory_get", "memory_list", "n"]);
});

test("a tool beyond the caller's scopes cannot be called either", async () => {
  const ctx = await freshTenant();
  const reader = await open(ctx, ["tools:read", "tools:call", "memory:read"]);
  const call = reader.callTool({ name: "memory_set", arguments: { agent_id: "a", context: {} } });
  await expect(call).rejects.toThrow("memory:write");
});

test("an agent keeps, reads, lists and deletes its memory, audited and metered", async () => {
  const ctx = await freshTenant();
  const client = await open(ctx, ["*"], "ada");
  const context = { likes: ["tea", { sugar: null }] };
  await client.callTool({ name: "memory_set", arguments: { context } });
  const read = await client.callTool({ name: "memory_get", arguments: {} });
  expect(read.structuredContent).toMatchObject({ agent_id: "ada", context });
  const list = await client.callTool({ name: "memory_list", arguments: {} });
  expect(list.structuredContent).toMatchObject({ memories: [{ agent_id: "ada" }] });
  const gone = await client.callTool({ name: "memory_delete", arguments: {} });
  expect(gone.structuredContent).toEqual({ status: "deleted", agent_id: "ada" });
  const missing = await client.callTool({ name: "memory_get", arguments: {} });
  expect(missing).toMatchObject({ isError: true });
  const { items } = await listAudit(ctx, { limit: 10 });
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["memory.create", "memory.delete"]),
  );
  await flushLedger();
  const { total } = await reportUsage(ctx, { kind: "memory_op" });
  expect(total.calls).toBeGreaterThanOrEqual(4);
});

test.each(["modern", "legacy"] as const)(
  "what destroys something waits for the user's word, of a %s client that can be asked",
  async (era) => {
    const ctx = await freshTenant();
    await registerMemory(ctx, { agent_id: "ada", context: { a: 1 } });
    const client = await openClient(api.url, await keyOf(ctx), era, {
      capabilities: { elicitation: {} },
    });
    const asked: string[] = [];
    let confirm = false;
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      asked.push(params.message);
      return { action: "accept", content: { confirm } };
    });
    const call = { name: "memory_delete", arguments: { agent_id: "ada" } };
    expect(await client.callTool(call)).toMatchObject({
      isError: true,
      structuredContent: { error: { code: "declined" } },
    });
    confirm = true;
    const gone = await client.callTool(call);
    expect(gone.structuredContent).toEqual({ status: "deleted", agent_id: "ada" });
    expect(asked).toEqual(Array(2).fill(expect.stringContaining("Run Delete memory?")));
  },
);

test("another tenant's memory is not there", async () => {
  const [own, other] = [await freshTenant(), await freshTenant()];
  await registerMemory(other, { agent_id: "secret", context: { a: 1 } });
  const client = await open(own, ["*"]);
  const read = await client.callTool({ name: "memory_get", arguments: { agent_id: "secret" } });
  expect(read).toMatchObject({ isError: true });
  const list = await client.callTool({ name: "memory_list", arguments: {} });
  expect(list.structuredContent).toEqual({ memories: [] });
});

test("arguments that do not fit are told by field", async () => {
  const client = await open(await freshTenant(), ["*"]);
  const result = await client.callTool({ name: "memory_get", arguments: {} });
  expect(JSON.stringify(result.content)).toContain("/agent_id: is required");
});

test("resources are listed, and read whole or by a range", async () => {
  const ctx = await freshTenant();
  const uri = "doc://handbook";
  const content = { text: "abcdefghij" };
  await registerResource(ctx, {
    ...{ resource_id: "handbook", name: "Handbook", type: "document", uri, content },
  });
  const client = await open(ctx, ["*"]);
  const list = await client.callTool({ name: "resource_list", arguments: {} });
  expect(list.structuredContent).toMatchObject({ resources: [{ uri }] });
  const link = { type: "resource_link", uri, name: "Handbook", size: 10 };
  expect(list.content).toMatchObject([{ text: "Resources: 1." }, link]);
  const whole = await client.callTool({ name: "resource_read", arguments: { uri } });
  expect(whole.content).toMatchObject([{ type: "resource", resource: { text: "abcdefghij" } }]);
  const part = { uri, offset: 2, length: 3 };
  const range = await client.callTool({ name: "resource_read", arguments: part });
  expect(range.content).toMatchObject([{ resource: { text: "cde" } }]);
  expect(range.structuredContent).toEqual({ uri, size: 10 });
});

test("a large catalog is narrowed to its pinned tools and a search that finds the others", async () => {
  const ctx = await freshTenant({ mcp_config: { tool_search_above: 3, built_in_tools: false } });
  const config = { implementation: "internal:echo" };
  for (const name of ["invoice_pdf", "invoice_mail", "weather", "pinned_one"]) {
    const pinned = name === "pinned_one";
    const description = name === "weather" ? "Tells the forecast" : "";
    await registerTool(ctx, { tool_id: name, name, description, config, pinned });
  }
  const client = await open(ctx, ["*"]);
  expect(await names(client)).toEqual(["pinned_one", "search_tools"]);
  const search = { name: "search_tools", arguments: { query: "forecast" } };
  const found = (await client.callTool(search)).structuredContent as { tools: { name: string }[] };
  expect(found.tools.map(({ name }) => name)).toEqual(["weather"]);
  expect(found.tools[0]).toHaveProperty("inputSchema");
  const call = await client.callTool({ name: "weather", arguments: { a: 1 } });
  expect(call.structuredContent).toEqual({ a: 1 });
});

test("a tenant can do without the platform's tools", async () => {
  const client = await open(await freshTenant({ mcp_config: { built_in_tools: false } }), ["*"]);
  expect(await names(client)).toEqual([]);
  await expect(client.callTool({ name: "memory_list", arguments: {} })).rejects.toThrow("no tool");
});
