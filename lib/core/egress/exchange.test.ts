import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { type EgressRequest, egressFetch, guardedFetch, parseEgressAllow } from "../egress.ts";
import { closeServers, failure, read, serve, serveBytes } from "./testing.ts";

const loopback = parseEgressAllow("127.0.0.0/8,[::1],localhost");
const fails = (url: string, request: EgressRequest = {}, policy = loopback) =>
  failure(egressFetch(url, request, policy));

afterEach(closeServers);

describe("limits", () => {
  test("a body of exactly maxBytes passes and one byte more does not", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/chunked") response.flushHeaders();
      response.end(Buffer.alloc(1_000));
    });
    for (const path of ["/", "/chunked"]) {
      const answer = await egressFetch(url + path, { maxBytes: 1_000 }, loopback);
      expect(answer.body).toHaveLength(1_000);
      const error = await fails(url + path, { maxBytes: 999 });
      expect(error.code).toBe("egress_too_large");
      expect(error.message).toContain("more than 999 bytes");
    }
  });

  test("an endless body is cut off", async () => {
    let open = true;
    const { url } = await serve((_request, response) => {
      response.on("close", () => {
        open = false;
      });
      const pour = () => {
        while (open && response.write(Buffer.alloc(65_536)));
      };
      response.on("drain", pour);
      pour();
    });
    expect((await fails(url)).code).toBe("egress_too_large");
    await expect.poll(() => open).toBe(false);
  });

  test.each([
    ["gzip", (bytes: Buffer) => gzipSync(bytes)],
    ["br", (bytes: Buffer) => brotliCompressSync(bytes)],
    ["gzip, gzip", (bytes: Buffer) => gzipSync(gzipSync(bytes))],
  ])("a bomb in %s is cut off by its size once decompressed", async (encoding, encode) => {
    const bomb = encode(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bomb);
    });
    expect((await fails(url)).code).toBe("egress_too_large");
  });

  test("a body compressed many times over is refused", async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip,gzip,gzip,gzip" }).end("x");
    });
    expect((await fails(url)).message).toContain("compressed its answer too many times");
  });

  test("headers of any size are not", async () => {
    const url = await serveBytes(`HTTP/1.1 200 OK\r\nx-big: ${"x".repeat(200_000)}\r\n\r\n`);
    expect((await fails(url)).code).toBe("egress_too_large");
  });

  test("time runs while headers are awaited", async () => {
    const { url } = await serve(() => undefined);
    const startedAt = performance.now();
    const error = await fails(url, { timeoutMs: 100 });
    expect(error.code).toBe("egress_timeout");
    expect(error.message).toContain("within 100 ms");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("time runs while a body drips, and the connection is closed", async () => {
    let closed = false;
    const { url } = await serve((_request, response) => {
      const drip = setInterval(() => response.write("."), 20);
      response.on("close", () => {
        clearInterval(drip);
        closed = true;
      });
    });
    expect((await fails(url, { timeoutMs: 200 })).code).toBe("egress_timeout");
    await expect.poll(() => closed).toBe(true);
  });

  test("time runs while TLS is awaited", async () => {
    const url = (await serveBytes(null)).replace("http:", "https:");
    expect((await fails(url, { timeoutMs: 100 })).code).toBe("egress_timeout");
  });
});

describe("an abort", () => {
  test("before the call sends nothing", async () => {
    const { url, connections } = await serve((_request, response) => response.end());
    expect((await fails(url, { signal: AbortSignal.abort() })).code).toBe("egress_aborted");
    expect(connections()).toBe(0);
  });

  test.each([
    ["the headers", () => undefined],
    ["the body", (_request, response) => response.write("start")],
  ] as [string, RequestListener][])(
    "while %s are awaited ends the call",
    async (_name, handler) => {
      const aborter = new AbortController();
      let closed = false;
      const { url } = await serve((request, response) => {
        response.on("close", () => {
          closed = true;
        });
        handler(request, response);
        setTimeout(() => aborter.abort(), 50);
      });
      expect((await fails(url, { signal: aborter.signal })).code).toBe("egress_aborted");
      await expect.poll(() => closed).toBe(true);
    },
  );

  test("while the connection is made ends the call at once", async () => {
    const url = (await serveBytes(null)).replace("http:", "https:");
    const startedAt = performance.now();
    const error = await fails(url, { signal: AbortSignal.timeout(50) });
    expect(error.code).toBe("egress_aborted");
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test("before there is a connection leaves the request unsent", async () => {
    let requests = 0;
    const { port } = await serve((_request, response) => {
      requests++;
      response.end();
    }, "localhost");
    const url = `http://localhost:${port}/`;
    for (const call of [
      (signal: AbortSignal) => egressFetch(url, { signal }, loopback),
      (signal: AbortSignal) => guardedFetch(loopback)(url, { signal }),
    ]) {
      const aborter = new AbortController();
      const called = call(aborter.signal);
      aborter.abort();
      await expect(called).rejects.toThrow("aborted");
    }
    await sleep(100);
    expect(requests).toBe(0);
  });

  test("after the call does nothing", async () => {
    const aborter = new AbortController();
    const { url } = await serve((_request, response) => response.end("ok"));
    const answer = await egressFetch(url, { signal: aborter.signal }, loopback);
    aborter.abort();
    expect(read(answer.body)).toBe("ok");
  });
});

describe("a server that fails", () => {
  test("to listen is unreachable", async () => {
    const { url, port } = await serve(() => undefined);
    closeServers();
    const error = await fails(url);
    expect(error.code).toBe("egress_unreachable");
    expect(error.message).toBe(`127.0.0.1:${port} refused the connection`);
  });

  test("to have an address is unreachable", async () => {
    const error = await fails("http://no-such-host.invalid/");
    expect(error.code).toBe("egress_unreachable");
    expect(error.message).toBe("no-such-host.invalid is not a name that can be resolved");
  });

  test.each([
    ["in the middle of a counted body", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"],
    ["between chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
    ["in the headers", "HTTP/1.1 200 OK\r\ncontent-le"],
    ["before a word", ""],
  ])("by closing %s is unreachable", async (_name, bytes) => {
    const error = await fails(await serveBytes(bytes));
    expect(error.code).toBe("egress_unreachable");
    expect(error.message).toContain("closed the connection before its answer was complete");
  });

  test("to speak HTTP is unreachable", async () => {
    const error = await fails(await serveBytes("SSH-2.0-OpenSSH_9.6\r\n"));
    expect(error.code).toBe("egress_unreachable");
    expect(error.message).toContain("did not answer in valid HTTP");
  });

  test.each([
    ["is cut short", gzipSync("x".repeat(1_000)).subarray(0, 20)],
    ["is something else", Buffer.from("not gzip at all")],
  ])("to send the gzip it announces, which %s, is unreachable", async (_name, bytes) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end(bytes);
    });
    const error = await fails(url);
    expect(error.code).toBe("egress_unreachable");
    expect(error.message).toContain("does not match its content-encoding");
  });

  test("does not fail the calls after it", async () => {
    let calls = 0;
    const { url } = await serve((request, response) => {
      if (++calls % 2 === 1) request.socket.destroy();
      else response.end("ok");
    });
    for (let round = 0; round < 3; round++) {
      expect((await fails(url)).code).toBe("egress_unreachable");
      expect(read((await egressFetch(url, {}, loopback)).body)).toBe("ok");
    }
  });
});
