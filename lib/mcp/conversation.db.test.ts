import { createServer } from "node:http";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { deletePrompt, putPrompt } from "#lib/prompts/service.ts";
import { deleteResource, registerResource } from "#lib/resources/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { handlers } from "#lib/tools/runtimes/handlers.ts";
import { deleteTool, registerTool } from "#lib/tools/service.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { type Era, keyOf, openClient, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
const eras: Era[] = ["modern", "legacy"];

beforeAll(async () => {
  api = await serveApi();
  handlers.set("test_steps", {
    about: "reports steps",
    async run(_ctx, _args, { progress, log }) {
      await progress?.({ progress: 1, total: 2, message: "half" });
      await log?.("warning", { step: 1 });
      await progress?.({ progress: 2, total: 2 });
      return { content: [{ type: "text", text: "done" }] };
    },
  });
  handlers.set("test_waits", {
    about: "waits until it is cancelled",
    run: (_ctx, _args, { signal }) =>
      new Promise((_, reject) => {
        waiting += 1;
        signal?.addEventListener("abort", () => {
          waiting -= 1;
          reject(new Error("cancelled"));
        });
      }),
  });
});

let waiting = 0;

afterAll(() => api.close());

async function addTool(ctx: Ctx, name: string, rest: Record<string, unknown> = {}) {
  const config = { implementation: "internal:echo" };
  await registerTool(ctx, { tool_id: name, name, config, ...rest });
}

async function open(ctx: Ctx, era: Era, options: Parameters<typeof openClient>[3] = {}) {
  return openClient(api.url, await keyOf(ctx), era, options);
}

/** A client whose user answers each question with the next of these. */
async function openAnswering(ctx: Ctx, era: Era, answers: { action: string; content?: object }[]) {
  const asked: unknown[] = [];
  const client = await open(ctx, era, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler("elicitation/create", async ({ params }) => {
    asked.push(params);
    return (answers.shift() ?? { action: "cancel" }) as { action: "cancel" };
  });
  return { client, asked };
}

const calls = async (ctx: Ctx) => (await reportUsage(ctx, { kind: "tool_call" })).total.calls;

test.each(eras)("a %s client's user is asked before a destructive tool runs", async (era) => {
  const ctx = await freshTenant();
  await addTool(ctx, "wipe", { title: "Wipe it", annotations: { destructiveHint: true } });
  const { client, asked } = await openAnswering(ctx, era, [
    { action: "decline" },
    { action: "accept", content: { confirm: false } },
    { action: "accept", content: { confirm: true } },
  ]);
  const wipe = { name: "wipe", arguments: { what: "all" } };
  for (const _ of [1, 2]) {
    const refused = await client.callTool(wipe);
    expect(refused).toMatchObject({ isError: true });
    expect(JSON.stringify(refused.content)).toContain("Nothing was done");
  }
  expect((await client.callTool(wipe)).structuredContent).toEqual({ what: "all" });
  expect(asked).toHaveLength(3);
  expect(JSON.stringify(asked[0])).toMatch(/Run Wipe it.*all/s);
  expect(await calls(ctx)).toBe(3);
  await client.close();
});

test.each(eras)("a %s client that cannot ask its user is not kept from the tool", async (era) => {
  const ctx = await freshTenant();
  await addTool(ctx, "wipe", { confirm: "always" });
  const client = await open(ctx, era);
  const result = await client.callTool({ name: "wipe", arguments: { a: 1 } });
  expect(result.structuredContent).toEqual({ a: 1 });
  await client.close();
});

test("a word given for other arguments, or by another principal, does not count", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "wipe", { confirm: "always" });
  const [key, other] = [await keyOf(ctx), await keyOf(ctx)];
  const send = async (as: string, params: object) => {
    const response = await fetch(`${api.url}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${as}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "wipe",
      },
      body: JSON.stringify({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: {
          name: "wipe",
          ...params,
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
          },
        },
      }),
    });
    return (await response.json()) as { result?: Record<string, unknown>; error?: object };
  };
  const first = await send(key, { arguments: { a: 1 } });
  expect(first.result?.resultType).toBe("input_required");
  const word = {
    requestState: first.result?.requestState,
    inputResponses: { confirmation: { action: "accept", content: { confirm: true } } },
  };
  const changed = await send(key, { arguments: { a: 2 }, ...word });
  expect(changed.result?.resultType).toBe("input_required");
  const stolen = await send(other, { arguments: { a: 1 }, ...word });
  expect(stolen.error).toMatchObject({ code: -32_602 });
  const right = await send(key, { arguments: { a: 1 }, ...word });
  expect(right.result).toMatchObject({ structuredContent: { a: 1 } });
});

test.each(eras)("a %s client's user is asked for arguments that a prompt needs", async (era) => {
  const ctx = await freshTenant();
  await putPrompt(ctx, "greet", {
    arguments: [{ name: "who", required: true }],
    messages: [{ role: "user", content: { type: "text", text: "Greet {{who}}." } }],
  });
  const { client } = await openAnswering(ctx, era, [
    { action: "accept", content: { who: "Ada" } },
    { action: "decline" },
  ]);
  const { messages } = await client.getPrompt({ name: "greet" });
  expect(messages).toMatchObject([{ content: { text: "Greet Ada." } }]);
  await expect(client.getPrompt({ name: "greet" })).rejects.toThrow("did not give");
  await client.close();
});

test.each(eras)("progress of a tool reaches a %s client that asks for it", async (era) => {
  const ctx = await freshTenant();
  await addTool(ctx, "steps", { config: { implementation: "internal:test_steps" } });
  const client = await open(ctx, era);
  const seen: unknown[] = [];
  await client.callTool({ name: "steps" }, { onprogress: (update) => seen.push(update) });
  expect(seen).toEqual([
    { progress: 1, total: 2, message: "half" },
    { progress: 2, total: 2 },
  ]);
  await client.close();
});

test.each(eras)("a %s client sees that an endpoint is tried again", async (era) => {
  let calls = 0;
  const upstream = await listen(
    createServer((_request, response) => {
      calls += 1;
      response.statusCode = calls % 2 === 1 ? 503 : 200;
      response.end("done");
    }),
  );
  const ctx = await freshTenant({ egress_allow: [upstream.host] });
  await addTool(ctx, "flaky", {
    config: { implementation: upstream.url, method: "GET", retries: 1 },
  });
  const client = await open(ctx, era);
  const seen: unknown[] = [];
  const result = await client.callTool(
    { name: "flaky" },
    { onprogress: (update) => seen.push(update) },
  );
  expect(result.content).toEqual([{ type: "text", text: "done" }]);
  expect(seen).toEqual([{ progress: 1, total: 2, message: "Attempt 1 of 2 failed; trying again" }]);
  await client.close();
  await upstream.close();
});

test.each(eras)("when a %s client cancels, the running tool hears of it", async (era) => {
  const ctx = await freshTenant();
  await addTool(ctx, "waits", { config: { implementation: "internal:test_waits" } });
  // Only with a session can a legacy client say that it cancels.
  const client = await open(ctx, era, { capabilities: { elicitation: {} } });
  const controller = new AbortController();
  const call = client.callTool({ name: "waits" }, { signal: controller.signal });
  await vi.waitFor(() => expect(waiting).toBe(1));
  controller.abort();
  await expect(call).rejects.toThrow();
  await vi.waitFor(() => expect(waiting).toBe(0));
  await client.close();
});

test("a result that breaks the tool's own output schema is an error", async () => {
  const ctx = await freshTenant();
  const output_schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  await addTool(ctx, "shaped", { output_schema });
  const client = await open(ctx, "modern");
  const right = await client.callTool({ name: "shaped", arguments: { n: 1 } });
  expect(right.structuredContent).toEqual({ n: 1 });
  const wrong = await client.callTool({ name: "shaped", arguments: { n: "one" } });
  expect(wrong).toMatchObject({ isError: true });
  expect(JSON.stringify(wrong.content)).toContain("/n");
  await client.close();
});

test("a tool that takes longer than it may is ended", async () => {
  const ctx = await freshTenant();
  await addTool(ctx, "waits", {
    ...{ config: { implementation: "internal:test_waits" }, timeout_ms: 50 },
  });
  const client = await open(ctx, "modern");
  const result = await client.callTool({ name: "waits" });
  expect(JSON.stringify(result.content)).toContain("did not end within 50 ms");
  await vi.waitFor(() => expect(waiting).toBe(0));
  await client.close();
});

/** Collects what a client is told of changes. */
async function listening(ctx: Ctx, era: Era): Promise<{ client: Client; told: string[] }> {
  const told: string[] = [];
  const hear = (what: string) => ({ autoRefresh: false, onChanged: () => void told.push(what) });
  const client = await open(ctx, era, {
    capabilities: { elicitation: {} },
    listChanged: { tools: hear("tools"), prompts: hear("prompts"), resources: hear("resources") },
  });
  return { client, told };
}

test.each(eras)("a %s client is told of changes in its own tenant alone", async (era) => {
  const [ctx, other] = [await freshTenant(), await freshTenant()];
  const { client, told } = await listening(ctx, era);
  const prompt = {
    messages: [{ role: "user" as const, content: { type: "text" as const, text: "x" } }],
  };
  const resource = { resource_id: "r", name: "r", type: "document", uri: "doc://r" };
  const change = async (where: Ctx) => {
    await addTool(where, "added");
    await putPrompt(where, "added", prompt);
    await registerResource(where, resource);
    await deleteTool(where, "added");
    await deletePrompt(where, "added");
    await deleteResource(where, "r");
  };
  await change(other);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(told).toEqual([]);
  await change(ctx);
  await vi.waitFor(() => expect(new Set(told)).toEqual(new Set(["tools", "prompts", "resources"])));
  await client.close();
});

test.each(eras)("a %s client is told when a resource that it follows changes", async (era) => {
  const ctx = await freshTenant();
  const resource = { resource_id: "r", name: "r", type: "document", uri: "doc://r" };
  await registerResource(ctx, { ...resource, content: { text: "one" } });
  const client = await open(ctx, era, { capabilities: { elicitation: {} } });
  const told: string[] = [];
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    told.push(params.uri);
  });
  if (era === "legacy") await client.subscribeResource({ uri: "doc://r" });
  else await client.listen({ resourceSubscriptions: ["doc://r"] });
  await registerResource(ctx, { ...resource, content: { text: "two" } });
  await vi.waitFor(() => expect(told).toContain("doc://r"));
  const read = await client.readResource({ uri: "doc://r" });
  expect(read.contents).toMatchObject([{ text: "two" }]);
  await client.close();
});
