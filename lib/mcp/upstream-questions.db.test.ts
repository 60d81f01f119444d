import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { putSecret } from "#lib/secrets/service.ts";
import { freshTenant } from "#lib/testing/context.ts";
import type { Listening } from "#lib/testing/deployment.ts";
import { registerTool } from "#lib/tools/service.ts";
import { countParked } from "#lib/upstreams/asking/parked.ts";
import { closeUpstreams } from "#lib/upstreams/pool.ts";
import { putUpstream } from "#lib/upstreams/service.ts";
import { startEverything } from "#lib/upstreams/testing.ts";
import { type LegacyUpstream, startLegacyUpstream } from "#lib/upstreams/testing-legacy.ts";
import { keyOf, serveApi } from "./testing.ts";

useTestDatabase();

let api: Listening;
let legacy: LegacyUpstream;
let everything: Awaited<ReturnType<typeof startEverything>>;

beforeAll(async () => {
  [api, legacy, everything] = await Promise.all([
    serveApi(),
    startLegacyUpstream(),
    startEverything(),
  ]);
});
afterAll(async () => {
  await closeUpstreams();
  await Promise.all([api.close(), legacy.close()]);
  everything.stop();
});

type Answer = { action: "accept" | "decline" | "cancel"; content?: Record<string, string> };

/** A person in front of a client: what they were asked, and what they answer in turn. */
interface Person {
  asked: { message?: string; mode?: string; url?: string }[];
  answers: Answer[];
}

interface AnyClient {
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const message = {
  model: "m",
  role: "assistant" as const,
  content: { type: "text" as const, text: "hi" },
};
const roots = { roots: [{ uri: "file:///home", name: "home" }] };

function answerOf(person: Person, params: unknown): Answer {
  person.asked.push(params as Person["asked"][number]);
  return person.answers.shift() ?? { action: "cancel" };
}

const address = () => new URL("/mcp", api.url);
const as = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } });

async function v2(key: string, mode: "legacy" | { pin: string }, person: Person): Promise<Client> {
  const client = new Client(
    { name: "t", version: "1" },
    { capabilities, versionNegotiation: { mode } },
  );
  client.setRequestHandler("elicitation/create", ({ params }) => answerOf(person, params));
  client.setRequestHandler("sampling/createMessage", () => message);
  client.setRequestHandler("roots/list", () => roots);
  await client.connect(new StreamableHTTPClientTransport(address(), as(key)));
  return client;
}

async function v1(key: string, person: Person): Promise<AnyClient> {
  const client = new ClientV1({ name: "t", version: "1" }, { capabilities });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => answerOf(person, params));
  client.setRequestHandler(CreateMessageRequestSchema, () => message);
  client.setRequestHandler(ListRootsRequestSchema, () => roots);
  const transport = new TransportV1(address(), as(key));
  // The old SDK's own types do not fit each other under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
}

type Open = (key: string, person: Person) => Promise<AnyClient>;
const clients: [string, Open][] = [
  ["a modern client", (key, person) => v2(key, { pin: "2026-07-28" }, person)],
  ["a legacy client", (key, person) => v2(key, "legacy", person)],
  ["a client of the v1 SDK", v1],
];

async function tenantOf(url: string, names: readonly string[], rest: object = {}): Promise<Ctx> {
  const ctx = await freshTenant({ egress_allow: ["127.0.0.0/8"] });
  await putUpstream(ctx, "up", { name: "Up", transport: { type: "http", url }, ...rest });
  for (const name of names) {
    const config = { implementation: `mcp:up/${name}` };
    await registerTool(ctx, { tool_id: name, name, config });
  }
  return ctx;
}

const textOf = (result: unknown) =>
  (result as { content: { text: string }[] }).content.map(({ text }) => text).join("\n");

test.each(clients)("%s answers what server-everything asks its user", async (_name, open) => {
  const name = "trigger-elicitation-request";
  const ctx = await tenantOf(everything.url, [name]);
  const content = { name: "Ada" };
  const person: Person = {
    asked: [],
    answers: [{ action: "accept", content }, { action: "decline" }, { action: "cancel" }],
  };
  const client = await open(await keyOf(ctx), person);
  expect(textOf(await client.callTool({ name }))).toContain("Name: Ada");
  expect(textOf(await client.callTool({ name }))).toContain("declined");
  expect(textOf(await client.callTool({ name }))).toContain("cancelled");
  expect(person.asked.map(({ message: said }) => said)).toEqual(
    Array(3).fill("Please provide inputs for the following fields:"),
  );
  expect(countParked(ctx.tenantId)).toBe(0);
  await client.close();
});

test.each(clients)(
  "%s opens pages for server-everything, asked by it or before",
  async (_n, open) => {
    const name = "trigger-url-elicitation";
    const ctx = await tenantOf(everything.url, [name]);
    const person: Person = { asked: [], answers: Array(3).fill({ action: "accept" }) };
    const client = await open(await keyOf(ctx), person);
    const url = "https://example.com/go";
    const asked = await client.callTool({ name, arguments: { url } });
    expect(textOf(asked)).toContain("User completed the URL elicitation flow");
    const before = await client.callTool({ name, arguments: { url, errorPath: true } });
    expect(textOf(before)).toContain("User completed the URL elicitation flow");
    expect(person.asked.map((each) => [each.mode, each.url])).toEqual([
      ["url", url],
      ["url", "https://modelcontextprotocol.io"],
      ["url", url],
    ]);
    await client.close();
  },
);

test.each(clients)("%s answers a legacy server one question after another", async (_name, open) => {
  const ctx = await tenantOf(legacy.url, ["ask-twice", "ask-two-at-once"]);
  const person: Person = {
    asked: [],
    answers: [
      { action: "accept", content: { name: "Ada" } },
      { action: "accept", content: { place: "here" } },
      { action: "decline" },
      { action: "decline" },
    ],
  };
  const client = await open(await keyOf(ctx), person);
  const [first, second] = JSON.parse(textOf(await client.callTool({ name: "ask-twice" })));
  expect([first.content, second.content]).toEqual([{ name: "Ada" }, { place: "here" }]);
  const both = JSON.parse(textOf(await client.callTool({ name: "ask-two-at-once" })));
  expect(both).toMatchObject([{ action: "decline" }, { action: "decline" }]);
  expect(person.asked.map(({ message: said }) => said).sort()).toEqual([
    "Where?",
    "Where?",
    "Who?",
    "Who?",
  ]);
  await client.close();
});

test.each(clients)("%s is asked for a model's words and for its roots", async (_name, open) => {
  const ctx = await tenantOf(legacy.url, ["sample", "roots"]);
  const client = await open(await keyOf(ctx), { asked: [], answers: [] });
  expect(JSON.parse(textOf(await client.callTool({ name: "sample" })))).toMatchObject(message);
  expect(JSON.parse(textOf(await client.callTool({ name: "roots" })))).toMatchObject(roots);
  await client.close();
});

/** A call of the current revision as it goes over the wire, one round at a time. */
async function round(key: string, name: string, rest: object = {}, meta: object = {}) {
  const response = await fetch(address(), {
    method: "POST",
    headers: {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": "2026-07-28",
      "mcp-method": "tools/call",
      "mcp-name": name,
    },
    body: JSON.stringify({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: {
        ...{ name, arguments: {}, ...rest },
        _meta: {
          "io.modelcontextprotocol/protocolVersion": "2026-07-28",
          "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } },
          ...meta,
        },
      },
    }),
  });
  const text = await response.text();
  const lines = text.startsWith("{") ? [text] : text.match(/(?<=^data: ).+$/gm);
  const messages = (lines ?? []).map((line) => JSON.parse(line));
  return { messages, result: messages.at(-1).result, error: messages.at(-1).error };
}

const accept = (content: object) => ({ action: "accept", content });

test("progress and log of a later round reach the request that the answers came with", async () => {
  const ctx = await tenantOf(legacy.url, ["ask-twice"]);
  const key = await keyOf(ctx);
  const first = await round(key, "ask-twice");
  expect(first.result.resultType).toBe("input_required");
  const { requestState } = first.result;
  const second = await round(
    key,
    "ask-twice",
    { requestState, inputResponses: { "question-1": accept({ name: "Ada" }) } },
    { progressToken: "p", "io.modelcontextprotocol/logLevel": "debug" },
  );
  expect(second.messages.map(({ method }) => method)).toContain("notifications/progress");
  expect(second.messages.map(({ method }) => method)).toContain("notifications/message");
  expect(second.result.inputRequests["question-2"].params.message).toBe("Where?");
});

test("answers count once, for the caller and the arguments that were asked alone", async () => {
  const ctx = await tenantOf(legacy.url, ["ask", "echo"]);
  const [key, other] = [await keyOf(ctx), await keyOf(ctx)];
  const { requestState } = (await round(key, "ask")).result;
  const answers = {
    requestState,
    inputResponses: { "question-1": accept({ name: "Ada" }) },
  };
  expect((await round(other, "ask", answers)).error).toMatchObject({ code: -32_602 });
  expect((await round(key, "echo", answers)).error).toMatchObject({ code: -32_602 });
  const changed = await round(key, "ask", { ...answers, arguments: { a: 1 } });
  expect(changed.result).toMatchObject({ isError: true });
  expect(textOf(changed.result)).toContain("Call the tool again");
  expect(countParked(ctx.tenantId)).toBe(1);
  const asked = await round(key, "ask", { requestState });
  expect(asked.result.resultType).toBe("input_required");
  const again = { ...answers, requestState: asked.result.requestState };
  expect(textOf((await round(key, "ask", again)).result)).toContain("Ada");
  expect(textOf((await round(key, "ask", again)).result)).toContain("Call the tool again");
});

test("a caller that cannot be asked is not: the server is told so", async () => {
  const ctx = await tenantOf(legacy.url, ["ask"]);
  const client = new Client({ name: "t", version: "1" });
  await client.connect(new StreamableHTTPClientTransport(address(), as(await keyOf(ctx))));
  const before = legacy.sessions.length;
  const result = await client.callTool({ name: "ask" });
  expect(result.isError).toBe(true);
  expect(legacy.sessions.slice(before)).toEqual([{}]);
  await client.close();
});

test("a client that leaves a call, or cancels it, ends the call of the upstream that waits", async () => {
  const ctx = await tenantOf(legacy.url, ["ask"]);
  const waiting = Promise.withResolvers<void>();
  const client = new Client(
    { name: "t", version: "1" },
    { capabilities, versionNegotiation: { mode: "legacy" } },
  );
  client.setRequestHandler("elicitation/create", async () => {
    waiting.resolve();
    return new Promise<never>(() => undefined);
  });
  await client.connect(new StreamableHTTPClientTransport(address(), as(await keyOf(ctx))));
  const before = legacy.cancelled;
  const controller = new AbortController();
  const call = client.callTool({ name: "ask" }, { signal: controller.signal });
  await waiting.promise;
  expect(countParked(ctx.tenantId)).toBe(1);
  controller.abort();
  await expect(call).rejects.toThrow();
  await vi.waitFor(() => expect(legacy.cancelled).toBe(before + 1));
  await vi.waitFor(() => expect(countParked(ctx.tenantId)).toBe(0));
  expect(legacy.answers.at(-1)).toEqual({ action: "cancel" });
  await client.close();
});

test("the credential stands in no question that a person is asked", async () => {
  const auth = { type: "headers", headers: { "X-Key": { secret: "UP" } } };
  const ctx = await tenantOf(legacy.url, ["leak"], { auth });
  await putSecret(ctx, "UP", { value: "value-of-the-key" });
  const { inputRequests } = (await round(await keyOf(ctx), "leak")).result;
  expect(inputRequests["question-1"].params.message).toBe("Is it [secret]?");
});

test("a tenant has so many calls waiting for answers, and is told where it has more", async () => {
  const [ctx, other] = [await tenantOf(legacy.url, ["ask"]), await tenantOf(legacy.url, ["ask"])];
  const key = await keyOf(ctx);
  const asked = await Promise.all(Array.from({ length: 20 }, () => round(key, "ask")));
  expect(new Set(asked.map(({ result }) => result.resultType))).toEqual(
    new Set(["input_required"]),
  );
  const more = await round(key, "ask");
  expect(textOf(more.result)).toContain("wait for the answers of their clients");
  expect((await round(await keyOf(other), "ask")).result.resultType).toBe("input_required");
  expect(countParked(ctx.tenantId)).toBe(20);
});
