import { setTimeout as sleep } from "node:timers/promises";
import { createGzip, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { guardedFetch, parseEgressAllow } from "../egress.ts";
import { closeServers, failure, serve, textOf } from "./testing.ts";

const loopback = parseEgressAllow("127.0.0.0/8");
const call = guardedFetch(loopback);

afterEach(closeServers);

/** An upstream that answers with `first`, then leaves its answer open; `closed` says for how long. */
async function serveOpenEnded(first: string) {
  let closed = false;
  const { url } = await serve((_request, response) => {
    response.on("close", () => {
      closed = true;
    });
    response.writeHead(200, { "content-type": "text/event-stream" }).write(first);
  });
  return { url, closed: () => closed };
}

describe("guardedFetch", () => {
  test("speaks standard fetch: Request or URL, JSON there and back, url and redirected", async () => {
    const { url } = await serve(async (request, response) => {
      if (request.url === "/old") {
        response.writeHead(307, { location: "/new" }).end();
        return;
      }
      const body = await textOf(request);
      const { method, headers } = request;
      response.writeHead(201, "Made", { "content-type": "application/json" });
      response.end(JSON.stringify({ method, body, type: headers["content-type"] }));
    });
    const init = { method: "POST", body: "{}", headers: { "content-type": "text/x" } };
    for (const input of [`${url}/old`, new URL("/old", url), new Request(`${url}/old`, init)]) {
      const response = await call(input, input instanceof Request ? undefined : init);
      expect(response).toBeInstanceOf(Response);
      expect([response.status, response.statusText, response.ok]).toEqual([201, "Made", true]);
      expect([response.url, response.redirected]).toEqual([`${url}/new`, true]);
      expect(await response.json()).toEqual({ method: "POST", body: "{}", type: "text/x" });
    }
    const form = await call(url, { method: "POST", body: new URLSearchParams({ a: "1" }) });
    expect(await form.json()).toMatchObject({ body: "a=1" });
  });

  test.each(["identity", "gzip"])("gives a body in %s as it arrives", async (encoding) => {
    const gzip = createGzip();
    let finish = () => {};
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": encoding });
      if (encoding === "gzip") gzip.pipe(response);
      const out = encoding === "gzip" ? gzip : response;
      out.write("one");
      gzip.flush();
      finish = () => void out.end("two");
    });
    const response = await call(url);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader?.read()).toEqual({ done: false, value: "one" });
    finish();
    expect(await reader?.read()).toEqual({ done: false, value: "two" });
    expect((await reader?.read())?.done).toBe(true);
  });

  test("holds the sender back while nobody reads", async () => {
    let sent = 0;
    const { url } = await serve((_request, response) => {
      const pour = () => {
        while (sent < 512) {
          sent++;
          if (!response.write(Buffer.alloc(65_536))) return;
        }
      };
      response.on("drain", pour);
      pour();
    });
    const response = await call(url);
    await sleep(500);
    expect(sent).toBeLessThan(512);
    await response.body?.cancel();
  });

  test("closes the connection when the body is cancelled while it is silent", async () => {
    const { url, closed } = await serveOpenEnded("data: 1\n\n");
    const reader = (await call(url)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await expect.poll(closed).toBe(true);
  });

  test("refuses what the policy does not allow, directly and by redirect", async () => {
    const { url, port } = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.2:${port}/` }).end();
    });
    expect((await failure(guardedFetch(parseEgressAllow(""))(url))).code).toBe("egress_blocked");
    const only = guardedFetch(parseEgressAllow(`127.0.0.1:${port}`));
    expect((await failure(only(url))).code).toBe("egress_blocked");
    expect((await failure(call("http://u:p@127.0.0.1/"))).code).toBe("egress_invalid_url");
    expect((await failure(call("/relative"))).code).toBe("egress_invalid_url");
  });

  test("takes redirect: manual and error, and ends a circle", async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(302, { location: "/" }).end("moved");
    });
    const manual = await call(url, { redirect: "manual" });
    expect([manual.status, manual.headers.get("location")]).toEqual([302, "/"]);
    expect(await manual.text()).toBe("moved");
    const code = "egress_too_many_redirects";
    expect((await failure(call(url, { redirect: "error" }))).code).toBe(code);
    expect((await failure(call(url))).code).toBe(code);
  });

  test("drops secrets on a redirect elsewhere", async () => {
    const there = await serve((request, response) => response.end(request.headers.authorization));
    const { url } = await serve((_request, response) => {
      response.writeHead(307, { location: there.url }).end();
    });
    const response = await call(url, { headers: { authorization: "Bearer x" } });
    expect(await response.text()).toBe("");
  });

  test("ignores a dispatcher that would lead around the guard", async () => {
    const dispatcher = {
      dispatch() {
        throw new Error("went around");
      },
    };
    const around = { method: "GET", dispatcher };
    const { url } = await serve((_request, response) => response.end());
    expect((await call(url, around)).status).toBe(200);
  });

  test("has null bodies where the standard wants them, and reuses connections", async () => {
    const { url, connections } = await serve((request, response) => {
      response.writeHead(request.url === "/204" ? 204 : 200, { "content-encoding": "gzip" }).end();
    });
    expect((await call(url, { method: "HEAD" })).body).toBeNull();
    for (let round = 0; round < 10; round++) {
      expect((await call(`${url}/204`)).body).toBeNull();
    }
    // undici closes after HEAD and rests a connection for one turn of the event loop.
    expect(connections()).toBeLessThanOrEqual(3);
  });

  test("cuts off a body past maxBytes, counted decompressed", async () => {
    const { url } = await serve((request, response) => {
      const zip = request.url === "/zip";
      response.writeHead(200, zip ? { "content-encoding": "gzip" } : {});
      response.end(zip ? gzipSync(Buffer.alloc(50_000_000)) : Buffer.alloc(200_000));
    });
    const small = guardedFetch(loopback, { maxBytes: 100_000 });
    for (const path of ["/", "/zip"]) {
      const response = await small(url + path);
      expect((await failure(response.arrayBuffer())).code).toBe("egress_too_large");
    }
    const big = guardedFetch(loopback, { maxBytes: 200_000 });
    expect((await (await big(url)).arrayBuffer()).byteLength).toBe(200_000);
  });

  test("ends a silence before the headers and one within the body", async () => {
    const mute = await serve(() => undefined);
    const impatient = guardedFetch(loopback, { timeoutMs: 150 });
    expect((await failure(impatient(mute.url))).code).toBe("egress_timeout");
    const { url, closed } = await serveOpenEnded("data: 1\n\n");
    const response = await impatient(url);
    expect((await failure(response.text())).code).toBe("egress_timeout");
    await expect.poll(closed).toBe(true);
  });

  test("lets a body that keeps coming take longer than timeoutMs", async () => {
    const { url } = await serve(async (_request, response) => {
      for (let part = 0; part < 6; part++) {
        response.write("x");
        await sleep(100);
      }
      response.end();
    });
    const response = await guardedFetch(loopback, { timeoutMs: 300 })(url);
    expect(await response.text()).toBe("xxxxxx");
  });

  test("rejects with the signal's reason, before the headers and in the body", async () => {
    const reason = new Error("enough");
    await expect(call("http://127.0.0.1/", { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const mute = await serve(() => undefined);
    const first = new AbortController();
    setTimeout(() => first.abort(reason), 50);
    await expect(call(mute.url, { signal: first.signal })).rejects.toBe(reason);

    const { url, closed } = await serveOpenEnded("data: 1\n\n");
    const second = new AbortController();
    const response = await call(new Request(url, { signal: second.signal }));
    setTimeout(() => second.abort(reason), 50);
    await expect(response.text()).rejects.toBe(reason);
    await expect.poll(closed).toBe(true);
  });

  test("reports a body that breaks off and gzip that is none", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/zip") {
        response.writeHead(200, { "content-encoding": "gzip" }).end("not gzip");
        return;
      }
      response.writeHead(200, { "content-length": 100 }).write("half");
      setTimeout(() => request.socket.destroy(), 20);
    });
    const broken = await failure((await call(url)).text());
    expect(broken.code).toBe("egress_unreachable");
    expect(broken.message).toContain("closed the connection before its answer was complete");
    const garbled = await failure((await call(`${url}/zip`)).text());
    expect(garbled.message).toContain("does not match its content-encoding");
  });

  test("reports a status that a Response cannot have, and an unreachable server", async () => {
    const { url } = await serve((_request, response) => response.writeHead(799).end("odd"));
    expect((await failure(call(url))).code).toBe("egress_unreachable");
    closeServers();
    expect((await failure(call(url))).message).toContain("refused the connection");
  });
});
