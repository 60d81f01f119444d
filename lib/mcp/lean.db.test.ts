import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { registerTool } from "#lib/tools/service.ts";
import { servePlainCall } from "./lean.ts";
import { serveLegacy } from "./legacy.ts";
import { serveModern } from "./modern.ts";

useTestDatabase();

let upstream: Listening;
let ctx: Ctx;

const answers: Record<string, [type: string, body: string | Buffer, status?: number]> = {
  object: ["application/json", '{"a":[1,{"b":null}]}'],
  array: ["application/json", "[1,2]"],
  number: ["application/json", "7"],
  null: ["application/json", "null"],
  text: ["text/plain", "words"],
  image: ["image/png", Buffer.from([137, 80, 78, 71])],
  bytes: ["application/octet-stream", Buffer.from([0, 1, 2])],
  empty: ["text/plain", ""],
  failing: ["text/plain", "no", 500],
};

beforeAll(async () => {
  upstream = await listen(
    createServer((request, response) => {
      const [type, body, status = 200] = answers[request.url?.slice(1) ?? ""] ?? ["text/plain", ""];
      response.writeHead(status, { "content-type": type }).end(body);
    }),
  );
  ctx = await freshTenant({ egress_allow: [upstream.host] });
  const parameters = { n: { type: "integer" } };
  for (const name of Object.keys(answers)) {
    const config = { implementation: `${upstream.url}/${name}` };
    await registerTool(ctx, { tool_id: name, name, config, parameters });
  }
  const config = { implementation: `${upstream.url}/object` };
  const output_schema = { type: "object", properties: { a: { type: "array" } } };
  await registerTool(ctx, { tool_id: "shaped", name: "shaped", config, output_schema });
  await registerTool(ctx, { tool_id: "asks", name: "asks", config, confirm: "always" });
  await registerTool(ctx, {
    ...{ tool_id: "mirrored", name: "mirrored", config },
    parameters: {
      type: "object",
      properties: { region: { type: "string", "x-mcp-header": "Region" } },
    },
  });
  await registerTool(ctx, {
    ...{ tool_id: "echo", name: "echo", config: { implementation: "internal:echo" } },
  });
});

afterAll(() => upstream.close());

type Era = "modern" | "legacy";

const envelope = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "t", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
};

function call(era: Era, name: string, args: object = {}) {
  const params = { name, arguments: args, ...(era === "modern" ? { _meta: envelope } : {}) };
  return { jsonrpc: "2.0", id: 7, method: "tools/call", params };
}

function post(
  era: Era,
  name: string,
  body: unknown,
  headers: Record<string, string> = {},
): Request {
  return new Request("http://localhost/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": era === "modern" ? "2026-07-28" : "2025-06-18",
      ...(era === "modern" ? { "mcp-method": "tools/call", "mcp-name": name } : {}),
      ...headers,
    },
    body: JSON.stringify(body),
  });
}

function bySdk(era: Era, name: string, body: unknown): Promise<Response> {
  const request = post(era, name, body);
  const recheck = async () => undefined;
  return era === "modern"
    ? serveModern(ctx, request, body)
    : serveLegacy(ctx, request, body, recheck);
}

const cases = (["modern", "legacy"] as const).flatMap((era) => [
  ...[...Object.keys(answers), "shaped"].map((name) => [era, name, {}] as const),
  ...([[era, "object", { n: "three" }]] as const),
]);

test.each(cases)("a plain %s call of %s %o is answered just as the SDK does it", async (...of) => {
  const [era, name, args] = of;
  const body = call(era, name, args);
  const lean = await servePlainCall(ctx, post(era, name, body), body);
  const sdk = await bySdk(era, name, body);
  expect(lean?.status).toBe(sdk.status);
  expect(lean?.headers.get("content-type")).toBe(sdk.headers.get("content-type"));
  expect(await lean?.json()).toEqual(await sdk.json());
});

test.each(["asks", "mirrored", "echo", "missing"])("%s is left to the SDK", async (name) => {
  const body = call("modern", name);
  expect(await servePlainCall(ctx, post("modern", name, body), body)).toBeNull();
});

const modern = call("modern", "object");
const legacy = call("legacy", "object");
const withMeta = (meta: object) => ({ ...modern, params: { ...modern.params, _meta: meta } });

test.each<[string, Era, unknown, Record<string, string>]>([
  ["another method", "legacy", { ...legacy, method: "tools/list" }, {}],
  ["a notification", "legacy", { ...legacy, id: undefined }, {}],
  ["a fractional id", "legacy", { ...legacy, id: 1.5 }, {}],
  ["no JSON-RPC", "legacy", { ...legacy, jsonrpc: "1.0" }, {}],
  ["a batch", "legacy", [legacy], {}],
  ["unknown members", "legacy", { ...legacy, more: 1 }, {}],
  ["arguments that are no object", "legacy", call("legacy", "object", [1]), {}],
  ["a task", "legacy", { ...legacy, params: { ...legacy.params, task: {} } }, {}],
  [
    "input responses",
    "modern",
    { ...modern, params: { ...modern.params, inputResponses: {} } },
    {},
  ],
  ["progress", "modern", withMeta({ ...envelope, progressToken: 1 }), {}],
  [
    "a log level",
    "modern",
    withMeta({ ...envelope, "io.modelcontextprotocol/logLevel": "info" }),
    {},
  ],
  ["no envelope", "modern", withMeta({}), {}],
  ["an envelope in a legacy request", "legacy", modern, {}],
  ["a header that disagrees", "modern", modern, { "mcp-name": "text" }],
  ["an unknown revision", "legacy", legacy, { "mcp-protocol-version": "2020-01-01" }],
  ["an Accept without streams", "legacy", legacy, { accept: "application/json" }],
])("a message with %s is left to the SDK", async (_what, era, body, headers) => {
  expect(await servePlainCall(ctx, post(era, "object", body, headers), body)).toBeNull();
});
