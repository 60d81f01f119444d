import { expect, test } from "vitest";
import { serveBytes } from "./serve-bytes.ts";

const bytes = new TextEncoder().encode("0123456789");

function get(headers: Record<string, string>, fileName = "a.bin") {
  return serveBytes(
    new Request("http://localhost/", { headers }),
    {
      mimeType: "text/html",
      size: bytes.length,
      digest: "abc",
      updatedAt: "2026-11-25T11:00:00.000Z",
      fileName,
      read: async (span) => (span ? bytes.subarray(span.start, span.start + span.length) : bytes),
    },
    "request-1",
  );
}

test("all of it comes with its type, a tag, and nothing that a browser would run", async () => {
  const reply = await get({});
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual(bytes);
  expect(reply.headers).toMatchObject({
    "content-type": "text/html",
    "content-disposition": "attachment; filename*=UTF-8''a.bin",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "accept-ranges": "bytes",
    "last-modified": "Wed, 25 Nov 2026 11:00:00 GMT",
    etag: '"abc"',
  });
});

test("a name of any letters stands in the header as ASCII", async () => {
  const { headers } = await get({}, "informe 'año'.pdf");
  expect(headers["content-disposition"]).toBe(
    "attachment; filename*=UTF-8''informe%20%27a%C3%B1o%27.pdf",
  );
});

test.each(['"abc"', 'W/"abc"', '"x", "abc"', "*"])("If-None-Match: %s answers 304", async (tag) => {
  const reply = await get({ "if-none-match": tag });
  expect([reply.status, reply.body]).toEqual([304, null]);
});

test("one range answers 206 with where it stands", async () => {
  const reply = await get({ range: "bytes=2-4", "if-none-match": '"old"' });
  expect(reply.status).toBe(206);
  expect(Buffer.from(reply.body as Uint8Array).toString()).toBe("234");
  expect(reply.headers["content-range"]).toBe("bytes 2-4/10");
});

test("several ranges, and a range of what has changed since, get all of it", async () => {
  for (const headers of [
    { range: "bytes=0-1,4-5" },
    { range: "bytes=0-1", "if-range": '"old"' },
    { range: "bytes=0-1", "if-range": "Wed, 25 Nov 2026 11:00:00 GMT" },
  ]) {
    expect((await get(headers)).status).toBe(200);
  }
  expect((await get({ range: "bytes=0-1", "if-range": '"abc"' })).status).toBe(206);
});

test("a range past the end answers 416 as a problem, with the size", async () => {
  const reply = await get({ range: "bytes=10-" });
  expect(reply.status).toBe(416);
  expect(reply.headers).toEqual({
    "content-type": "application/problem+json",
    "content-range": "bytes */10",
  });
  expect(reply.body).toMatchObject({ code: "range_not_satisfiable", request_id: "request-1" });
});
