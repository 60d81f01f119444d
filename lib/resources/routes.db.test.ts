import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useTestDatabase } from "#db/testing/clone.ts";
import { createKey } from "#lib/auth/keys.ts";
import { createApiLane } from "#lib/http/api-lane.ts";
import { loadRoutes } from "#lib/http/load-routes.ts";
import { freshTenant } from "#lib/testing/context.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { flushLedger } from "#lib/usage/ledger.ts";

vi.hoisted(() => {
  process.env.TAUSESTACK_MAX_BODY_BYTES = "100000";
});

useTestDatabase();

let deployment: Listening;

beforeAll(async () => {
  const lane = createApiLane(await loadRoutes(join(import.meta.dirname, "../../app/(api)")));
  deployment = await listen(
    createServer((request, response) => {
      if (!lane(request, response)) response.writeHead(404).end();
    }),
  );
});

afterAll(async () => {
  await deployment.close();
  await flushLedger();
});

interface Sent {
  headers?: Record<string, string>;
  body?: BodyInit;
}

/** A client with a fresh tenant's key and a resource `r`. */
async function client() {
  const ctx = await freshTenant({ resource_limits: { max_storage_mb: 1 } });
  const { key } = await createKey(ctx, { name: "test" });
  const send = (method: string, path: string, { headers, body }: Sent = {}) =>
    fetch(new URL(path, deployment.url), {
      ...{ method, headers: { authorization: `Bearer ${key}`, ...headers } },
      ...(body === undefined ? {} : { body, duplex: "half" }),
    } as RequestInit);
  const resource = { resource_id: "r", name: "R", type: "file", uri: "test://r" };
  const made = await send("POST", "/resources/register", {
    ...{ headers: { "content-type": "application/json" }, body: JSON.stringify(resource) },
  });
  expect(made.status).toBe(200);
  const content = (method: string, sent: Sent = {}) => send(method, "/resources/r/content", sent);
  return { ctx, send, content };
}

const png = Uint8Array.from({ length: 1000 }, (_, n) => n % 256);

test("bytes go in and out as they are, with their type and nothing a browser would run", async () => {
  const { content, send } = await client();
  const put = await content("PUT", { body: png, headers: { "content-type": "image/png" } });
  expect(put.status).toBe(200);
  const info = await put.json();
  expect(info).toMatchObject({ resource_id: "r", mime_type: "image/png", size: 1000 });
  const got = await content("GET");
  expect(got.status).toBe(200);
  expect(new Uint8Array(await got.arrayBuffer())).toEqual(png);
  expect(Object.fromEntries(got.headers)).toMatchObject({
    ...{ "content-type": "image/png", "content-length": "1000", "accept-ranges": "bytes" },
    ...{ etag: `"${info.sha256}"`, "cache-control": "private, no-cache" },
    ...{ "x-content-type-options": "nosniff", "x-request-id": expect.any(String) },
    "content-disposition": "attachment; filename*=UTF-8''r",
    "content-security-policy": "default-src 'none'; sandbox",
  });
  const head = await content("HEAD");
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "1000"]);
  expect(await (await send("GET", "/resources/r")).json()).toMatchObject({ size: 1000 });
});

test("a range, a past one, and what has not changed", async () => {
  const { content } = await client();
  await content("PUT", { body: "0123456789", headers: { "content-type": "text/plain" } });
  const part = await content("GET", { headers: { range: "bytes=2-4" } });
  expect([part.status, await part.text()]).toEqual([206, "234"]);
  expect(part.headers.get("content-range")).toBe("bytes 2-4/10");
  const past = await content("GET", { headers: { range: "bytes=10-" } });
  expect([past.status, past.headers.get("content-range")]).toEqual([416, "bytes */10"]);
  expect(await past.json()).toMatchObject({ code: "range_not_satisfiable", status: 416 });
  const etag = part.headers.get("etag") ?? "";
  const same = await content("GET", { headers: { "if-none-match": etag } });
  expect([same.status, await same.text()]).toEqual([304, ""]);
});

test("what is removed answers 404, and so does what was never there", async () => {
  const { content, send } = await client();
  expect((await content("GET")).status).toBe(404);
  expect((await content("DELETE")).status).toBe(404);
  await content("PUT", { body: "a" });
  const gone = await content("DELETE");
  expect(await gone.json()).toEqual({ status: "deleted", resource_id: "r" });
  expect((await content("GET")).status).toBe(404);
  expect((await send("PUT", "/resources/none/content", { body: "a" })).status).toBe(404);
});

test("a body past the cap is refused, with its length announced or not", async () => {
  const { content } = await client();
  const body = new Uint8Array(100_001);
  expect((await content("PUT", { body })).status).toBe(413);
  const stream = new ReadableStream({
    start(controller) {
      for (let n = 0; n < 3; n++) controller.enqueue(new Uint8Array(50_000));
      controller.close();
    },
  });
  expect((await content("PUT", { body: stream })).status).toBe(413);
  expect((await content("PUT", { body: new Uint8Array(100_000) })).status).toBe(200);
});

test("an encoded body and a type that is none are refused", async () => {
  const { content } = await client();
  const encoded = await content("PUT", { body: "a", headers: { "content-encoding": "gzip" } });
  expect(encoded.status).toBe(415);
  const typed = await content("PUT", { body: "a", headers: { "content-type": "text" } });
  expect(typed.status).toBe(400);
});

test("past max_storage_mb a write is refused by that name", async () => {
  const { send } = await client();
  const register = (n: number) =>
    send("POST", "/resources/register", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        ...{ resource_id: `big${n}`, name: "B", type: "file", uri: `test://${n}` },
        content: { text: "x".repeat(99_000) },
      }),
    });
  const answers: Response[] = [];
  for (let n = 0; n < 11; n++) answers.push(await register(n));
  expect(answers.map(({ status }) => status)).toEqual([...new Array(10).fill(200), 409]);
  expect(await answers.at(-1)?.json()).toMatchObject({
    ...{ code: "limit_exceeded", limit: "max_storage_mb", value: 1 },
  });
});
