import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { freshTenant, tenantCtx } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { flushLedger } from "#lib/usage/ledger.ts";
import { reportUsage } from "#lib/usage/service.ts";
import { readResource } from "./read.ts";
import type { RegisterResourceInput } from "./schema.ts";
import { registerResource } from "./service.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
});

useTestDatabase();

const large = Buffer.alloc(2 * 1024 * 1024, "0123456789");
const ranged = /^bytes=(\d+)-(\d*)$/;

/** A real source: it knows ranges at /large, none at /whole, and tells what it was asked. */
const source = createServer((request, response) => {
  const { url = "", headers } = request;
  const range = ranged.exec(headers.range ?? "");
  if (url === "/large" && range) {
    const start = Number(range[1]);
    const end = Math.min(Number(range[2] || large.length), large.length - 1);
    if (start >= large.length) return response.writeHead(416).end();
    response.writeHead(206, { "content-range": `bytes ${start}-${end}/${large.length}` });
    return response.end(large.subarray(start, end + 1));
  }
  if (url === "/large" || url === "/whole") return response.end(large);
  if (url === "/huge") return response.end(Buffer.alloc(6 * 1024 * 1024));
  if (url === "/broken") return response.writeHead(500).end("secret stack trace");
  if (url === "/slow") return undefined;
  if (url === "/image") {
    return response.writeHead(200, { "content-type": "image/png" }).end(Buffer.from([1, 2, 255]));
  }
  const { authorization = null, cookie = null } = headers;
  response.setHeader("content-type", "application/json");
  return response.end(JSON.stringify({ url, authorization, cookie }));
});

let upstream: Listening;
let ctx: Ctx;

beforeAll(async () => {
  upstream = await listen(source);
  ctx = await freshTenant({ egress_allow: [upstream.host] });
});

afterAll(async () => {
  await upstream.close();
  // Notes of reads are committed after the answer; the database must not close before.
  await flushLedger();
});

let made = 0;

/** Registers a resource under a URI of its own, and answers the URI. */
async function add(input: Partial<RegisterResourceInput>, of: Ctx = ctx): Promise<string> {
  made += 1;
  const uri = input.uri ?? `test://${made}`;
  const rest = { name: "r", type: "custom", ...input, uri };
  await registerResource(of, { resource_id: `r${made}`, ...rest });
  return uri;
}

test("text that is kept reads as text, other bytes as base64", async () => {
  const text = await add({ content: { text: "¡Hola!" }, mime_type: "text/markdown" });
  expect(await readResource(ctx, text)).toEqual([
    { uri: text, mimeType: "text/markdown", text: "¡Hola!", size: 7 },
  ]);
  const blob = await add({ content: { blob: "AQL/" }, mime_type: "image/png" });
  expect(await readResource(ctx, blob)).toEqual([
    { uri: blob, mimeType: "image/png", blob: "AQL/", size: 3 },
  ]);
});

test("a large content is read in ranges, and says so when it is asked for whole", async () => {
  const uri = await add({
    ...{ content: { blob: large.toString("base64") }, mime_type: "text/plain" },
  });
  await expect(readResource(ctx, uri)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining(`${uri}#bytes=0-1048575`),
  });
  expect(await readResource(ctx, `${uri}#bytes=1048576-1048585`)).toEqual([
    {
      uri: `${uri}#bytes=1048576-1048585`,
      mimeType: "text/plain",
      text: large.subarray(1048576, 1048586).toString(),
      size: large.length,
    },
  ]);
  const [open] = await readResource(ctx, uri, { range: { start: 0 } });
  expect(open && "text" in open && open.text.length).toBe(1024 * 1024);
  const [last] = await readResource(ctx, `${uri}#bytes=${large.length - 3}-`);
  expect(last && "text" in last && last.text).toBe(large.subarray(-3).toString());
  for (const [fragment, code] of [
    [`#bytes=${large.length}-`, "range_not_satisfiable"],
    ["#bytes=0-2000000", "invalid_request"],
    ["#bytes=9-1", "invalid_request"],
  ]) {
    await expect(readResource(ctx, uri + fragment)).rejects.toMatchObject({ code });
  }
});

test("a source is fetched when the resource is read, and its type is told", async () => {
  const uri = await add({ source: `${upstream.url}/image` });
  expect(await readResource(ctx, uri)).toEqual([
    { uri, mimeType: "image/png", blob: "AQL/", size: 3 },
  ]);
  const typed = await add({ source: `${upstream.url}/image`, mime_type: "image/webp" });
  expect(await readResource(ctx, typed)).toMatchObject([{ mimeType: "image/webp" }]);
});

test.each(["/large", "/whole"])(
  "a range of a source is read from %s, whether it knows ranges or not",
  async (path) => {
    const uri = await add({ source: upstream.url + path, mime_type: "text/plain" });
    expect(await readResource(ctx, `${uri}#bytes=10-13`)).toMatchObject([
      { text: "0123", size: large.length },
    ]);
    await expect(readResource(ctx, uri)).rejects.toMatchObject({ code: "invalid_request" });
    const past = readResource(ctx, `${uri}#bytes=${large.length}-`);
    await expect(past).rejects.toMatchObject({ code: "range_not_satisfiable" });
  },
);

test.each([
  ["/broken", "answered with status 500"],
  ["/huge", "ask for a range"],
])("what goes wrong at %s is told, without the other side's words", async (path, words) => {
  const uri = await add({ source: upstream.url + path });
  const error = await readResource(ctx, uri).catch((reason: unknown) => reason as Error);
  expect(error).toMatchObject({ code: "upstream_failed", status: 502 });
  expect((error as Error).message).toContain(words);
  expect((error as Error).message).not.toContain("secret");
});

test("a source that the tenant may not reach is not called", async () => {
  const other = await freshTenant();
  const uri = await add({ source: `${upstream.url}/image` }, other);
  await expect(readResource(other, uri)).rejects.toMatchObject({ code: "upstream_failed" });
});

test("a read that is given up ends", async () => {
  const uri = await add({ source: `${upstream.url}/slow` });
  const signal = AbortSignal.timeout(50);
  await expect(readResource(ctx, uri, { signal })).rejects.toMatchObject({
    code: "upstream_failed",
  });
});

test("an api or file at an http address is read from there itself, with its sealed password", async () => {
  const address = upstream.url.replace("http://", "http://bob:hush@");
  const uri = await add({ type: "api", uri: `${address}/items?token=hidden` });
  const shown = `${upstream.url.replace("http://", "http://bob:[secret]@")}/items?token=[secret]`;
  await expect(readResource(ctx, uri)).rejects.toMatchObject({ code: "not_found" });
  const [content] = await readResource(ctx, shown);
  const got = JSON.parse(content && "text" in content ? content.text : "");
  const basic = `Basic ${Buffer.from("bob:hush").toString("base64")}`;
  expect(got).toEqual({ url: "/items?token=hidden", authorization: basic, cookie: null });
  expect(content?.uri).toBe(shown);
});

test("what nothing can be read from is described, and its password is not shown", async () => {
  const input = { type: "database", uri: "postgres://u:hush@db.example/crm", name: "CRM" };
  await add(input);
  const uri = "postgres://u:[secret]@db.example/crm";
  const [content] = await readResource(ctx, uri);
  expect(content).toMatchObject({ uri, mimeType: "application/json" });
  const description = JSON.parse(content && "text" in content ? content.text : "");
  expect(description).toMatchObject({ name: "CRM", type: "database", uri });
  expect(JSON.stringify(content)).not.toContain("hush");
});

test("a template is read with its variables, the exact URI and the more specific one first", async () => {
  await add({ uri: "shop://{kind}/{id}", source: `${upstream.url}/any/{kind}/{id}` });
  await add({ uri: "shop://orders/{id}", source: `${upstream.url}/orders/{id}?again={id}` });
  await add({ uri: "shop://orders/1", content: { text: "the first" } });
  const urlOf = async (uri: string) => {
    const [content] = await readResource(ctx, uri);
    return JSON.parse(content && "text" in content ? content.text : "").url;
  };
  expect(await readResource(ctx, "shop://orders/1")).toMatchObject([{ text: "the first" }]);
  expect(await urlOf("shop://orders/2")).toBe("/orders/2?again=2");
  expect(await urlOf("shop://users/2")).toBe("/any/users/2");
  expect(await urlOf("shop://orders/a%2Fb%3Fc")).toBe("/orders/a%2Fb%3Fc?again=a%2Fb%3Fc");
  for (const uri of ["shop://orders/..", "shop://orders/%2e%2E", "shop://orders/1/2", "shop://"]) {
    await expect(readResource(ctx, uri)).rejects.toMatchObject({ code: "not_found" });
  }
});

test("a template whose variable would choose the host is not fetched from itself", async () => {
  const port = upstream.host.split(":")[1];
  await add({ type: "api", uri: `http://{host}:${port}/x`, name: "open" });
  const [content] = await readResource(ctx, `http://127.0.0.1:${port}/x`);
  expect(JSON.parse(content && "text" in content ? content.text : "")).toMatchObject({
    ...{ name: "open", is_template: true },
  });
});

test("a foreign resource and a missing one answer the same, and reading needs its permission", async () => {
  const uri = await add({ content: { text: "mine" } });
  const other = await freshTenant();
  const message = `There is no resource "${uri}".`;
  await expect(readResource(other, uri)).rejects.toMatchObject({ code: "not_found", message });
  const writer = tenantCtx(ctx.tenantId, ["resources:write"]);
  await expect(readResource(writer, uri)).rejects.toMatchObject({ code: "insufficient_scope" });
  const closed = await add({ content: { text: "a" }, access_permissions: ["write", "audit"] });
  await expect(readResource(ctx, closed)).rejects.toMatchObject({ code: "forbidden" });
  const open = await add({ content: { text: "a" }, access_permissions: ["audit", "read"] });
  expect(await readResource(ctx, open)).toHaveLength(1);
});

test("the ledger has each read with its bytes, failures too", async () => {
  const own = await freshTenant({ egress_allow: [upstream.host] });
  const uri = await add({ content: { text: "12345" } }, own);
  const broken = await add({ source: `${upstream.url}/broken` }, own);
  await readResource(own, uri);
  await readResource(own, `${uri}#bytes=0-1`);
  await readResource(own, broken).catch(() => undefined);
  await flushLedger();
  const { rows } = await reportUsage(own, { group_by: "name", kind: "resource_read" });
  expect(rows).toMatchObject([{ group: "resource.read", calls: 3, errors: 1, quantity: 7 }]);
});
