import { createServer, type RequestListener } from "node:http";
import { afterEach, expect, test } from "vitest";
import { parseEgressAllow } from "#lib/core/egress.ts";
import type { AppError } from "#lib/core/errors.ts";
import { type Listening, listen } from "#lib/testing/deployment.ts";
import { fetchList, type Peer, pullBounds } from "./peer.ts";

const opened: Listening[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

async function peerThat(answer: RequestListener): Promise<{ peer: Peer; seen: string[] }> {
  const seen: string[] = [];
  const server = await listen(
    createServer((request, response) => {
      seen.push(request.url ?? "");
      answer(request, response);
    }),
  );
  opened.push(server);
  return {
    peer: { address: server.url, headers: {}, policy: parseEgressAllow(server.host) },
    seen,
  };
}

const list = (document: unknown) => (Array.isArray(document) ? document : null);

async function fails(fetched: Promise<unknown>): Promise<AppError> {
  return fetched.then(
    () => expect.fail("It did not fail"),
    (error: AppError) => error,
  );
}

test("pages are read in their order, by relative and absolute links", async () => {
  const { peer, seen } = await peerThat((request, response) => {
    const links: Record<string, string> = {
      "/tools?limit=1000": '</x>; rel="last", <?p=2>; rel="next"; title="a, b"',
      "/tools?p=2": `<http://${request.headers.host}/tools?p=3>; REL=next`,
      "/tools?p=3": '</tools?p=1>; rel="prev nextish"',
    };
    response.setHeader("link", links[request.url ?? ""] ?? "").end(JSON.stringify([request.url]));
  });
  expect(await fetchList(peer, "/tools", list)).toEqual(seen);
  expect(seen).toEqual(["/tools?limit=1000", "/tools?p=2", "/tools?p=3"]);
});

const small = { pages: 3, entries: 100, bytes: 1_000, timeMs: 5_000, pageTimeMs: 300 };

test("a list without end is given up after so many pages", async () => {
  const { peer, seen } = await peerThat((_request, response) => {
    response.setHeader("link", '</again>; rel="next"').end("[]");
  });
  const error = await fails(fetchList(peer, "/tools", list, small));
  expect(error).toMatchObject({ code: "upstream_failed" });
  expect(error.message).toContain("has more than one pull takes: 3 pages");
  expect(seen).toHaveLength(3);
});

test("the bounds hold for all pages together, and what just fits is taken", async () => {
  const page = JSON.stringify("x".repeat(490));
  const { peer } = await peerThat((request, response) => {
    if (!request.url?.includes("p2")) response.setHeader("link", '<?p2>; rel="next"');
    response.end(request.url?.startsWith("/many") ? `[${"1,".repeat(50)}1]` : `[${page}]`);
  });
  expect(await fetchList(peer, "/fits", list, small)).toHaveLength(2);
  const bytes = await fails(fetchList(peer, "/large", list, { ...small, bytes: 900 }));
  expect(bytes).toMatchObject({ code: "upstream_failed" });
  const entries = await fails(fetchList(peer, "/many", list, small));
  expect(entries.message).toContain("has more than one pull takes");
  expect(await fetchList(peer, "/many", list, { ...small, entries: 102 })).toHaveLength(102);
});

test("a page that does not come is not waited for, nor pages that drag on", async () => {
  const { peer } = await peerThat((request, response) => {
    if (request.url?.startsWith("/never")) return;
    if (request.url?.startsWith("/drips")) {
      response.writeHead(200);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
      return;
    }
    setTimeout(() => response.setHeader("link", '</slow>; rel="next"').end("[]"), 100);
  });
  for (const path of ["/never", "/drips"]) {
    const startedAt = performance.now();
    const error = await fails(fetchList(peer, path, list, small));
    expect(error).toMatchObject({ code: "upstream_failed" });
    expect(error.message).toContain("did not answer within 300 ms");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  }
  const bounds = { ...small, pages: 1_000, timeMs: 450 };
  const startedAt = performance.now();
  const error = await fails(fetchList(peer, "/slow", list, bounds));
  expect(error).toMatchObject({ code: "upstream_failed" });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("one pull's bounds stay within what a process can hold", () => {
  expect(pullBounds.bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
  expect(pullBounds.timeMs).toBeLessThanOrEqual(60_000);
});
