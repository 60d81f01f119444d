import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { keyOf, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;

beforeAll(async () => {
  api = await serveApi();
});
afterAll(() => api.close());

/** What every generation of the official client can do. */
interface AnyClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  listResources(): Promise<unknown>;
  listResourceTemplates(): Promise<unknown>;
  readResource(resource: { uri: string }): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  getPrompt(prompt: { name: string; arguments?: Record<string, string> }): Promise<unknown>;
  close(): Promise<void>;
}

type Open = (key: string, onToolsChanged: () => void) => Promise<AnyClient>;

const address = () => new URL("/mcp", api.url);
const as = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } });

function v2(mode: "legacy" | "auto" | { pin: string }): Open {
  return async (key, onChanged) => {
    const client = new Client(
      { name: "t", version: "1" },
      {
        capabilities: { elicitation: {} },
        versionNegotiation: { mode },
        listChanged: { tools: { autoRefresh: false, onChanged } },
      },
    );
    await client.connect(new StreamableHTTPClientTransport(address(), as(key)));
    return client;
  };
}

const v1: Open = async (key, onChanged) => {
  const client = new ClientV1({ name: "t", version: "1" }, { capabilities: { elicitation: {} } });
  client.setNotificationHandler(ToolListChangedNotificationSchema, onChanged);
  const transport = new TransportV1(address(), as(key));
  // The old SDK's own types do not fit each other under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
};

const clients: [string, Open][] = [
  ["the v2 client pinned to 2026-07-28", v2({ pin: "2026-07-28" })],
  ["the v2 client in legacy mode", v2("legacy")],
  ["the v2 client in auto mode", v2("auto")],
  ["the v1 client", v1],
];

async function post(key: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(api.url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}

const echo = { config: { implementation: "internal:echo" } };

async function fill(ctx: Ctx): Promise<string> {
  const key = await keyOf(ctx);
  await post(key, "/tools/register", { tool_id: "echo", name: "echo", ...echo });
  const document = { name: "Guide", type: "document" };
  const content = { text: "Read me" };
  await post(key, "/resources/register", {
    ...{ resource_id: "guide", uri: "doc://guide", content, ...document },
  });
  await post(key, "/resources/register", {
    ...{ resource_id: "pages", uri: "doc://{page}", ...document },
  });
  await post(key, "/prompts", {
    name: "greet",
    arguments: [{ name: "who", required: true }],
    messages: [{ role: "user", content: { type: "text", text: "Greet {{who}}" } }],
  });
  return key;
}

test.each(clients)("%s uses tools, resources and prompts", async (_name, open) => {
  const client = await open(await fill(await freshTenant()), () => undefined);
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
  const call = await client.callTool({ name: "echo", arguments: { a: [1] } });
  expect(call).toMatchObject({ structuredContent: { a: [1] } });
  expect(await client.listResources()).toMatchObject({ resources: [{ uri: "doc://guide" }] });
  const templates = await client.listResourceTemplates();
  expect(templates).toMatchObject({
    resourceTemplates: [
      { uriTemplate: "doc://{page}" },
      { uriTemplate: "memory://{agent_id}/{namespace}" },
      { uriTemplate: "memory://{agent_id}/{namespace}/{key}" },
    ],
  });
  const read = await client.readResource({ uri: "doc://guide" });
  expect(read).toMatchObject({ contents: [{ uri: "doc://guide", text: "Read me" }] });
  expect(await client.listPrompts()).toMatchObject({ prompts: [{ name: "greet" }] });
  const prompt = await client.getPrompt({ name: "greet", arguments: { who: "Ada" } });
  expect(prompt).toMatchObject({ messages: [{ content: { text: "Greet Ada" } }] });
  await client.close();
});

test.each(clients)("%s hears of a tool that somebody else registers", async (_name, open) => {
  const ctx = await freshTenant();
  const changed = vi.fn();
  const client = await open(await keyOf(ctx), changed);
  // The stream of a legacy client opens when its connection is made, without our waiting for it.
  await vi.waitFor(async () => {
    await post(await keyOf(ctx), "/tools/register", { tool_id: "late", name: "late", ...echo });
    await vi.waitFor(() => expect(changed).toHaveBeenCalled(), 500);
  }, 5_000);
  expect((await client.listTools()).tools.map(({ name }) => name)).toContain("late");
  await client.close();
});
