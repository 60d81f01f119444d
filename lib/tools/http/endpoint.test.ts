import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { parseEgressAllow } from "#lib/core/egress.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { callSecrets } from "../calls/call-secrets.ts";
import { ToolError } from "../calls/tool-error.ts";
import { endpointOf } from "./endpoint.ts";

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** A real endpoint on loopback; answers its address. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  running.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

const loopback = parseEgressAllow("127.0.0.0/8");

function call(
  implementation: string,
  config: JsonObject = {},
  args: JsonObject = {},
  { policy = loopback, signal }: { policy?: typeof loopback; signal?: AbortSignal } = {},
) {
  const tool = { toolId: "tool_1", mcpName: "tool", config: { ...config, implementation } };
  const secrets = callSecrets("tenant", "tool_1");
  return endpointOf(tool)({
    ...{ tenantId: "tenant", policy, requestId: "request-1", args, secrets, signal },
  });
}

async function failure(outcome: Promise<unknown>): Promise<ToolError> {
  const error = await outcome.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ToolError);
  return error as ToolError;
}

/** Answers each call with what it got. */
const mirror: RequestListener = (request, response) => {
  void bodyOf(request).then((body) => {
    const { method, url, headers } = request;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ method, url, headers, body }));
  });
};

function answering(status: number, type: string | null, body: string | Buffer): RequestListener {
  return (_request, response) => {
    if (type !== null) response.setHeader("content-type", type);
    response.statusCode = status;
    response.end(body);
  };
}

test("arguments go as JSON by POST, with the request's id and no header of the caller's", async () => {
  const { structuredContent } = await call(await serve(mirror), {}, { query: "año", n: 1 });
  expect(structuredContent).toMatchObject({
    method: "POST",
    body: '{"query":"año","n":1}',
    headers: { "content-type": "application/json", "x-request-id": "request-1" },
  });
  expect(structuredContent).not.toHaveProperty("headers.authorization");
});

test("the configured method and headers are used", async () => {
  const config = {
    method: "put",
    headers: { "X-API-Key": "k", "Content-Type": "application/vnd.a+json" },
  };
  const { structuredContent } = await call(await serve(mirror), config, {});
  expect(structuredContent).toMatchObject({
    method: "PUT",
    headers: { "x-api-key": "k", "content-type": "application/vnd.a+json" },
  });
});

test("where no body goes, the arguments go in the query beside what the address has", async () => {
  const address = `${await serve(mirror)}/search?v=2`;
  const args = { q: "a b&c", n: 1, ok: true, tags: ["x", "y"], at: { z: 1 }, none: null };
  const { structuredContent } = await call(address, { method: "GET" }, args);
  const got = structuredContent as { url: string; body: string };
  expect([...new URL(got.url, address).searchParams]).toEqual([
    ["v", "2"],
    ["q", "a b&c"],
    ["n", "1"],
    ["ok", "true"],
    ["tags", "x"],
    ["tags", "y"],
    ["at", '{"z":1}'],
  ]);
  expect(got.body).toBe("");
});

test("a JSON object is structured content, with its text as it came", async () => {
  const text = '{ "id": 12345678901234567890, "año": true }';
  const result = await call(await serve(answering(200, "application/problem+json", text)));
  expect(result.content).toEqual([{ type: "text", text }]);
  expect(result.structuredContent).toEqual(JSON.parse(text));
});

test.each(["[1,2]", '"text"', "3", "null"])(
  "JSON that is %s is structured content too",
  async (text) => {
    const result = await call(await serve(answering(200, "application/json; charset=utf-8", text)));
    expect(result).toEqual({
      content: [{ type: "text", text }],
      structuredContent: JSON.parse(text),
    });
  },
);

const png = Buffer.from("89504e470d0a1a0a00", "hex");

test.each([
  ["text/plain; charset=iso-8859-1", Buffer.from("año", "latin1"), { type: "text", text: "año" }],
  ["application/xml", Buffer.from("<a/>"), { type: "text", text: "<a/>" }],
  ["image/png", png, { type: "image", data: png.toString("base64"), mimeType: "image/png" }],
  ["audio/wav", png, { type: "audio", data: png.toString("base64"), mimeType: "audio/wav" }],
  [
    "application/pdf",
    png,
    {
      type: "resource",
      resource: {
        uri: "tausestack:tools/tool/result",
        mimeType: "application/pdf",
        blob: png.toString("base64"),
      },
    },
  ],
  [null, Buffer.from("plain words"), { type: "text", text: "plain words" }],
  [null, png, expect.objectContaining({ type: "resource" })],
])("an answer of type %s becomes the content that MCP has for it", async (type, body, content) => {
  const result = await call(await serve(answering(200, type, body)));
  expect(result).toEqual({ content: [content] });
});

test("an object in JSON is recognised where the answer names no type", async () => {
  const result = await call(await serve(answering(200, null, '{"a":1}')));
  expect(result.structuredContent).toEqual({ a: 1 });
});

test("no content is said in words", async () => {
  const result = await call(await serve(answering(204, null, "")), { method: "DELETE" });
  expect(result.content).toEqual([
    { type: "text", text: "The endpoint answered 204 No Content, no content." },
  ]);
});

test("a status other than 2xx is a tool error with the status and what was said", async () => {
  const error = await failure(call(await serve(answering(422, "application/json", '{"e":"no"}'))));
  expect(error.code).toBe("endpoint_failed");
  expect(error.message).toBe('The tool\'s endpoint answered 422 Unprocessable Entity: {"e":"no"}');
});

test("a long failure is cut", async () => {
  const error = await failure(call(await serve(answering(500, "text/html", "x".repeat(50_000)))));
  expect(error.message.length).toBeLessThan(2_200);
});

test("JSON that cannot be read is a tool error", async () => {
  const error = await failure(call(await serve(answering(200, "application/json", '{"a":'))));
  expect(error.code).toBe("endpoint_invalid_json");
});

test("JSON that nests deeper than can be passed on is a tool error", async () => {
  const text = "[".repeat(5_000) + "]".repeat(5_000);
  const error = await failure(call(await serve(answering(200, "application/json", text))));
  expect(error.code).toBe("endpoint_invalid_json");
});

test("an answer past the size limit is a tool error", async () => {
  const body = Buffer.alloc(6 * 1024 * 1024, 97);
  const error = await failure(call(await serve(answering(200, "text/plain", body))));
  expect(error.code).toBe("egress_too_large");
});

test("an endpoint that does not answer in timeout_ms is a tool error", async () => {
  const address = await serve(() => undefined);
  const error = await failure(call(address, { timeout_ms: 100 }));
  expect(error.code).toBe("egress_timeout");
  expect(error.message).toContain("did not answer within 100 ms");
});

test("an address that the tenant may not reach is never called", async () => {
  let calls = 0;
  const address = await serve((_request, response) => {
    calls += 1;
    response.end();
  });
  const error = await failure(call(address, {}, {}, { policy: parseEgressAllow("") }));
  expect(error.code).toBe("egress_blocked");
  expect(calls).toBe(0);
});

test("a name that does not resolve is a tool error", async () => {
  const error = await failure(call("http://nowhere.invalid/"));
  expect(error.code).toBe("egress_unreachable");
  expect(error.message).toContain("nowhere.invalid");
});

test("configured headers do not follow a redirect to another origin", async () => {
  const elsewhere = await serve(mirror);
  const address = await serve((_request, response) => {
    response.writeHead(307, { location: `${elsewhere}/there` }).end();
  });
  const { structuredContent } = await call(address, { headers: { "X-Plain-Name": "secret" } });
  expect(structuredContent).toMatchObject({ url: "/there", method: "POST" });
  expect(structuredContent).not.toHaveProperty(["headers", "x-plain-name"]);
});

/** Fails with 503 so many times, then answers. */
async function flaky(failures: number): Promise<{ address: string; calls: () => number }> {
  let calls = 0;
  const address = await serve((_request, response) => {
    calls += 1;
    response.statusCode = calls <= failures ? 503 : 200;
    response.end("done");
  });
  return { address, calls: () => calls };
}

test("an idempotent call is tried again after 503, as often as configured", async () => {
  const { address, calls } = await flaky(2);
  const result = await call(address, { method: "GET", retries: 2 });
  expect(result.content).toEqual([{ type: "text", text: "done" }]);
  expect(calls()).toBe(3);
});

test("the last failure is told when no attempt is left", async () => {
  const { address, calls } = await flaky(9);
  const error = await failure(call(address, { method: "GET", retries: 1 }));
  expect(error.message).toContain("503 Service Unavailable");
  expect(calls()).toBe(2);
});

test("POST is not sent a second time once it may have been received", async () => {
  const { address, calls } = await flaky(1);
  const error = await failure(call(address, { retries: 3 }));
  expect(error.code).toBe("endpoint_failed");
  expect(calls()).toBe(1);
});

test("POST is tried again when no connection was made", async () => {
  const closed = await serve(() => undefined);
  await running.pop()?.();
  const startedAt = performance.now();
  const error = await failure(call(closed, { retries: 2 }));
  expect(error.code).toBe("egress_unreachable");
  // Two pauses: at least 50 and 100 ms.
  expect(performance.now() - startedAt).toBeGreaterThan(140);
});

test("timeout_ms holds for all attempts together", async () => {
  const address = await serve((_request, response) => {
    setTimeout(() => response.writeHead(503).end(), 60);
  });
  const startedAt = performance.now();
  await failure(call(address, { method: "GET", retries: 5, timeout_ms: 300 }));
  expect(performance.now() - startedAt).toBeLessThan(600);
});

test("an abort ends the call at once", async () => {
  const controller = new AbortController();
  const received = Promise.withResolvers<void>();
  const address = await serve(() => received.resolve());
  const outcome = failure(call(address, {}, {}, { signal: controller.signal }));
  await received.promise;
  controller.abort();
  expect((await outcome).code).toBe("cancelled");
});
