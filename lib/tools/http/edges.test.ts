import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { closeServers, serve } from "#lib/core/egress/testing.ts";
import { parseEgressAllow } from "#lib/core/egress.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { callSecrets } from "../calls/call-secrets.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CallToolResult } from "../schema.ts";
import { endpointOf } from "./endpoint.ts";

afterEach(closeServers);

const policy = parseEgressAllow("127.0.0.0/8");

interface Answer {
  status?: number;
  headers?: Record<string, string>;
  /** What is sent; a function sends it by itself. */
  body?: string | Buffer | ((response: ServerResponse, request: IncomingMessage) => void);
}

/** What a tool makes of an answer, or the code and text of the error. */
async function made(
  { status = 200, headers = {}, body = "" }: Answer,
  config: JsonObject,
): Promise<CallToolResult | { code: string; message: string }> {
  const { url } = await serve((request, response) => {
    response.writeHead(status, headers);
    if (typeof body === "function") body(response, request);
    else response.end(body);
  });
  const tool = { toolId: "t", mcpName: "tool", config: { ...config, implementation: url } };
  const secrets = callSecrets("tenant", "t");
  const call = { tenantId: "tenant", policy, requestId: "r", args: {}, secrets };
  return endpointOf(tool)(call).catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    return { code: error.code, message: error.message };
  });
}

const json = { "content-type": "application/json" };
const plain = { "content-type": "text/plain" };
const value = { a: [1, "ñ"] };
const text = JSON.stringify(value);
const structured = { structuredContent: value };
const said = (words: string) => ({ content: [{ type: "text", text: words }] });
const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024, "a"));

function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write(" "), 20);
  response.once("close", () => clearInterval(timer));
}

const table: [name: string, answer: Answer, config: JsonObject, expected: object][] = [
  ["204", { status: 204 }, {}, said("The endpoint answered 204 No Content, no content.")],
  [
    "an empty body of JSON",
    { headers: json },
    {},
    said("The endpoint answered 200 OK, no content."),
  ],
  [
    "an empty body under select",
    { headers: json },
    { response: { select: "a" } },
    said("The endpoint answered 200 OK, no content."),
  ],
  [
    "HEAD",
    { headers: { ...json, "content-length": "400" } },
    { method: "HEAD" },
    said("The endpoint answered 200 OK, no content."),
  ],
  [
    "304",
    { status: 304 },
    { method: "GET" },
    said("The endpoint answered 304 Not Modified, no content."),
  ],
  ["JSON that is called text", { headers: plain, body: text }, {}, said(text)],
  [
    "JSON that is called text, read as JSON",
    { headers: plain, body: text },
    { response: { type: "json" } },
    structured,
  ],
  [
    "JSON that is called text, under select",
    { headers: plain, body: text },
    { response: { select: "a[0]" } },
    { structuredContent: 1 },
  ],
  [
    "JSON that is called bytes, under select",
    { headers: { "content-type": "application/octet-stream" }, body: text },
    { response: { select: "a[0]" } },
    { structuredContent: 1 },
  ],
  [
    "a text under select",
    { headers: plain, body: "a: 1" },
    { response: { select: "a" } },
    { code: "response_mapping_failed", message: expect.stringContaining("answered no JSON") },
  ],
  ["JSON with a byte order mark", { headers: json, body: `\uFEFF${text}` }, {}, structured],
  [
    "JSON in UTF-16 with a mark",
    { headers: json, body: Buffer.from(`\uFEFF${text}`, "utf16le") },
    {},
    structured,
  ],
  [
    "JSON in UTF-16 that its header names",
    {
      headers: { "content-type": "application/json; charset=UTF-16LE" },
      body: Buffer.from(text, "utf16le"),
    },
    {},
    structured,
  ],
  [
    "a text in Latin-1",
    {
      headers: { "content-type": 'text/plain; charset="ISO-8859-1"' },
      body: Buffer.from("año", "latin1"),
    },
    {},
    said("año"),
  ],
  [
    "a text in big-endian UTF-16, by its mark",
    {
      headers: { "content-type": "text/plain; charset=utf-16" },
      body: Buffer.from("\uFEFFaño", "utf16le").swap16(),
    },
    {},
    said("año"),
  ],
  [
    "XML that declares its charset",
    {
      headers: { "content-type": "application/xml" },
      body: Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>ñ</a>', "latin1"),
    },
    {},
    said('<?xml version="1.0" encoding="ISO-8859-1"?><a>ñ</a>'),
  ],
  [
    "a text in a charset that nobody knows",
    { headers: { "content-type": "text/plain; charset=klingon" }, body: "año" },
    {},
    said("año"),
  ],
  [
    "JSON that is none",
    { headers: json, body: "<html>" },
    {},
    {
      code: "endpoint_invalid_json",
      message: expect.stringContaining(
        "answered 200 OK as application/json, but its JSON cannot be read",
      ),
    },
  ],
  [
    "JSON that ends too early",
    { headers: json, body: '{"a":' },
    {},
    { code: "endpoint_invalid_json", message: expect.stringContaining("end") },
  ],
  [
    "a body larger than it may be",
    { headers: plain, body: "x".repeat(2_000) },
    { response: { max_bytes: 1_000 } },
    {
      code: "egress_too_large",
      message: expect.stringMatching(/more than 1000 bytes\. .*response\.max_bytes/),
    },
  ],
  [
    "a small body that is large once decompressed",
    { headers: { ...plain, "content-encoding": "gzip" }, body: bomb },
    { response: { max_bytes: 100_000 } },
    { code: "egress_too_large", message: expect.stringContaining("more than 100000 bytes") },
  ],
  [
    "a body that drips for longer than the call may take",
    { headers: plain, body: drip },
    { timeout_ms: 300 },
    { code: "egress_timeout", message: expect.stringContaining("300 ms") },
  ],
  [
    "a body that breaks off",
    {
      headers: { ...plain, "content-length": "100" },
      body: (response) => response.write("half", () => response.destroy()),
    },
    {},
    {
      code: "egress_unreachable",
      message: expect.stringContaining("before its answer was complete"),
    },
  ],
];

describe.each([["whole"], ["as a stream"]])("read %s:", (how) => {
  test.each(table)("%s", async (_name, answer, config, expected) => {
    const response = how === "whole" ? {} : { stream: true };
    const given = { ...config, response: { ...(config.response as object), ...response } };
    expect(await made(answer, given)).toMatchObject(expected);
  });
});

const events = [
  "event: start",
  "id: 7",
  'data: {"n":1}',
  "",
  ": a comment",
  "data: two",
  "data: lines",
  "",
  "retry: 5",
  "data: [DONE]",
  "",
].join("\n");

const decoded = [
  { event: "start", id: "7", data: { n: 1 } },
  { data: "two\nlines" },
  { data: "[DONE]" },
];

const lists: [type: string, body: string, response: JsonObject, expected: unknown][] = [
  ["text/event-stream", events, {}, decoded],
  ["text/event-stream; charset=utf-8", events, { select: "[?data.n].data.n" }, [1]],
  ["text/plain", events, { type: "events" }, decoded],
  ["text/event-stream", events, { type: "text" }, undefined],
  ["application/x-ndjson", '{"a":1}\n\n{"a":2}\r\n', {}, [{ a: 1 }, { a: 2 }]],
  ["application/x-ndjson", '{"a":1}\n{"a":2}', { select: "[].a" }, [1, 2]],
  ["application/jsonl", '1\n"two"\nnull', { type: "json" }, [1, "two", null]],
  ["application/json", '{"a":1}\n{"a":2}', { type: "json_lines" }, [{ a: 1 }, { a: 2 }]],
  ["application/json-seq", '\x1E{"a":\n1}\n\x1E[2]\n', {}, [{ a: 1 }, [2]]],
  ["application/geo+json-seq", '\x1E{"a":1}\n', { select: "[0].a" }, 1],
];

test.each(lists)(
  "events and records are a list: %s %j %j",
  async (type, body, response, expected) => {
    const answer = { headers: { "content-type": type }, body };
    const result = (await made(answer, { response })) as CallToolResult;
    expect(result).not.toHaveProperty("code");
    expect(result.structuredContent).toEqual(expected);
    expect(await made(answer, { response: { ...response, stream: true } })).toEqual(result);
  },
);

test("a line that is no JSON is told by its number", async () => {
  const answer = { headers: { "content-type": "application/x-ndjson" }, body: "1\n\nthree\n" };
  expect(await made(answer, {})).toMatchObject({
    code: "endpoint_invalid_json",
    message: expect.stringContaining("line 3"),
  });
});

test("a list of more records than a tool could use is refused", async () => {
  const answer = { headers: { "content-type": "application/jsonl" }, body: "1\n".repeat(100_001) };
  expect(await made(answer, {})).toMatchObject({
    code: "endpoint_invalid_json",
    message: expect.stringContaining("more than 100000 records"),
  });
});
