import { setTimeout as sleep } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { closeServers, failure, listen, read, serve, textOf } from "./egress/testing.ts";
import {
  type EgressRequest,
  egressFetch,
  mergePolicies,
  parseEgressAllow,
  resolveChecked,
} from "./egress.ts";

const nobody = parseEgressAllow("");
const loopback = parseEgressAllow("127.0.0.0/8,[::1],localhost");
const fails = (url: string, request: EgressRequest = {}, policy = loopback) =>
  failure(egressFetch(url, request, policy));

afterEach(closeServers);

describe("a call", () => {
  test("carries method, headers and body there and status, headers and body back", async () => {
    const { url, port } = await serve(async (request, response) => {
      const seen = { method: request.method, url: request.url, headers: request.headers };
      response.writeHead(418, { "x-answer": "yes", "set-cookie": ["a=1", "b=2"] });
      response.end(JSON.stringify({ ...seen, body: await textOf(request) }));
    });
    const answer = await egressFetch(
      `${url}/path?q=1#part`,
      { method: "post", headers: { "X-Mine": "1", Host: "evil.example" }, body: '{"a":1}' },
      loopback,
    );
    expect(answer.status).toBe(418);
    expect(answer.headers.get("x-answer")).toBe("yes");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(answer.url).toBe(`${url}/path?q=1#part`);
    expect(answer.durationMs).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(read(answer.body))).toEqual({
      method: "POST",
      url: "/path?q=1",
      headers: {
        host: `127.0.0.1:${port}`,
        connection: "keep-alive",
        "user-agent": "TauseStack",
        "accept-encoding": "gzip, br",
        "x-mine": "1",
        "content-length": "7",
      },
      body: '{"a":1}',
    });
  });

  test("sends bytes and the caller's own user agent", async () => {
    const { url } = await serve(async (request, response) => {
      response.end(`${request.headers["user-agent"]} ${await textOf(request)}`);
    });
    const headers = { "User-Agent": "mine" };
    const body = new TextEncoder().encode("bytes");
    const answer = await egressFetch(url, { method: "PUT", headers, body }, loopback);
    expect(read(answer.body)).toBe("mine bytes");
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["gzip, br", (text: string) => brotliCompressSync(gzipSync(text))],
  ])("undoes the content-encoding %s", async (encoding, encode) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(500, { "content-encoding": encoding }).end(encode("plain"));
    });
    const answer = await egressFetch(url, {}, loopback);
    expect(read(answer.body)).toBe("plain");
    expect(answer.headers.has("content-encoding")).toBe(false);
  });

  test("hands on an encoding it does not know", async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-encoding": "zz" }).end("as it is");
    });
    const answer = await egressFetch(url, {}, loopback);
    expect(read(answer.body)).toBe("as it is");
    expect(answer.headers.get("content-encoding")).toBe("zz");
  });

  test("has an empty body for HEAD, 204 and a chunkless answer", async () => {
    const { url } = await serve((request, response) => {
      if (request.method === "HEAD") response.setHeader("content-length", 99_000_000);
      response.setHeader("content-encoding", "gzip");
      response.writeHead(request.url === "/204" ? 204 : 200).end();
    });
    for (const [path, method] of [["/204"], ["/"], ["/", "HEAD"]] as const) {
      const answer = await egressFetch(url + path, method ? { method } : {}, loopback);
      expect(answer.body).toHaveLength(0);
    }
  });
});

describe("addresses that are refused", () => {
  test.each([
    ["http://127.0.0.1:9000/", "127.0.0.1 is a loopback address", "127.0.0.1:9000"],
    ["http://127.0.0.1./", "127.0.0.1 is a loopback address", "127.0.0.1:80"],
    ["https://10.0.0.1/", "10.0.0.1 is a private address", "10.0.0.1:443"],
    ["http://[::1]:8080/", "::1 is a loopback address", "[::1]:8080"],
    ["http://[fd12::1]/", "fd12::1 is a private address", "[fd12::1]:80"],
    ["http://169.254.169.254/latest", "169.254.169.254 is a cloud metadata", "169.254.169.254:80"],
    ["http://[::ffff:127.0.0.1]/", "is a loopback address", "127.0.0.1:80"],
    ["http://[64:ff9b::10.0.0.1]/", "is a private address", "[64:ff9b::a00:1]:80"],
    ["http://[2002:7f00:1::]/", "is a reserved address", "[2002:7f00:1::]:80"],
    ["http://①②⑦。0。0。1/", "127.0.0.1 is a loopback address", "127.0.0.1:80"],
    ["http://127%2e0%2e0%2e1/", "127.0.0.1 is a loopback address", "127.0.0.1:80"],
    ["http://0/", "0.0.0.0 is the unspecified address", "0.0.0.0:80"],
  ])("%s", async (url, why, entry) => {
    const error = await fails(url, {}, nobody);
    expect(error.code).toBe("egress_blocked");
    expect(error.message).toContain(why);
    expect(error.message).toContain(
      `; the operator can allow it with TAUSESTACK_EGRESS_ALLOW=${entry}`,
    );
  });

  test("no blocked IPv4 address passes in any spelling", async () => {
    const octets = (first: number, second: fc.Arbitrary<number>) =>
      fc.tuple(fc.constant(first), second, fc.nat(255), fc.nat(255));
    const blocked = fc.oneof(
      octets(127, fc.nat(255)),
      octets(10, fc.nat(255)),
      octets(0, fc.nat(255)),
      octets(172, fc.integer({ min: 16, max: 31 })),
      octets(192, fc.constant(168)),
      octets(169, fc.constant(254)),
      octets(100, fc.integer({ min: 64, max: 127 })),
      octets(198, fc.integer({ min: 18, max: 19 })),
      fc.tuple(fc.integer({ min: 224, max: 255 }), fc.nat(255), fc.nat(255), fc.nat(255)),
    );
    const base = fc.constantFrom(
      (n: number) => `${n}`,
      (n: number) => `0${n.toString(8)}`,
      (n: number) => `0x${n.toString(16)}`,
      (n: number) => `0X00${n.toString(16).toUpperCase()}`,
    );
    const spelling = fc
      .tuple(blocked, fc.tuple(base, base, base, base), fc.nat(8))
      .map(([[a, b, c, d], [p, q, r, s], form]) => {
        const last2 = c * 256 + d;
        const last3 = b * 65_536 + last2;
        const whole = a * 16_777_216 + last3;
        const hex = `${(whole >>> 16).toString(16)}:${(whole & 0xffff).toString(16)}`;
        return [
          `${p(a)}.${q(b)}.${r(c)}.${s(d)}`,
          `${p(a)}.${q(b)}.${r(c)}.${s(d)}.`,
          `${p(a)}.${q(b)}.${r(last2)}`,
          `${p(a)}.${q(last3)}`,
          p(whole),
          `[::ffff:${a}.${b}.${c}.${d}]`,
          `[0:0:0:0:0:ffff:${hex}]`,
          `[64:ff9b::${hex}]`,
          `[::${hex}]`,
        ][form] as string;
      });
    await fc.assert(
      fc.asyncProperty(spelling, async (host) => {
        expect((await fails(`http://${host}/`, {}, nobody)).code).toBe("egress_blocked");
      }),
      { numRuns: 300 },
    );
  });

  test.each(["localhost", "LOCALHOST", "localhost."])(
    "the name %s resolves to loopback and is refused without naming the address",
    async (name) => {
      const { port, connections } = await serve((_request, response) => response.end());
      const error = await fails(`http://${name}:${port}/`, {}, nobody);
      expect(error.code).toBe("egress_blocked");
      expect(error.message).toMatch(/^localhost resolves to a loopback address; /);
      expect(error.message).not.toMatch(/127\.|::1/);
      expect(connections()).toBe(0);
    },
  );

  test.each(["localhost", "localhost."])("the name %s is called when allowed", async (name) => {
    const { port } = await serve((_request, response) => response.end("ok"), "localhost");
    const policy = parseEgressAllow(`localhost:${port}`);
    const answer = await egressFetch(`http://${name}:${port}/`, {}, policy);
    expect(read(answer.body)).toBe("ok");
    expect((await fails(`http://127.0.0.1:${port}/`, {}, policy)).code).toBe("egress_blocked");
  });

  test("a port that is not allowed stays refused beside one that is", async () => {
    const one = await serve((_request, response) => response.end("one"));
    const two = await serve((_request, response) => response.end("two"));
    const policy = parseEgressAllow(`127.0.0.1:${one.port}`);
    expect(read((await egressFetch(one.url, {}, policy)).body)).toBe("one");
    expect((await fails(two.url, {}, policy)).code).toBe("egress_blocked");
    const both = mergePolicies(policy, parseEgressAllow(`127.0.0.1:${two.port}`));
    expect(read((await egressFetch(two.url, {}, both)).body)).toBe("two");
  });

  test("a connection kept under one policy does not serve another", async () => {
    const { url, connections } = await serve((_request, response) => response.end("ok"));
    await egressFetch(url, {}, loopback);
    expect((await fails(url, {}, nobody)).code).toBe("egress_blocked");
    expect(connections()).toBe(1);
  });
});

describe("URLs and requests that cannot be sent", () => {
  test.each([
    ["", "not a valid URL"],
    ["/relative", "not a valid URL"],
    ["http://", "not a valid URL"],
    ["http://1.2.3.4.5/", "not a valid URL"],
    ["ftp://example.com/", "only http and https"],
    ["file:///etc/passwd", "only http and https"],
    ["javascript:1", "only http and https"],
    ["http://127.0.0.1:0/", "port 0"],
    ["http://user@127.0.0.1/", "user name or password"],
    ["http://:hunter2@127.0.0.1/", "user name or password"],
  ])("%s", async (url, why) => {
    const error = await fails(url);
    expect(error.code).toBe("egress_invalid_url");
    expect(error.message).toContain(why);
    expect(error.message).not.toContain("hunter2");
  });

  test.each<EgressRequest>([
    { method: "CONNECT" },
    { method: "trace" },
    { method: "GE T" },
    { headers: { "x-a": "1\r\nx-b: 2" } },
    { headers: { "x a": "1" } },
  ])("%j", async (request) => {
    const { url, connections } = await serve((_request, response) => response.end());
    expect((await fails(url, request)).code).toBe("egress_invalid_request");
    expect(connections()).toBe(0);
  });
});

describe("connections", () => {
  test("are reused, also under a policy that is equal but another object", async () => {
    const { url, port, connections } = await serve((_request, response) => response.end("ok"));
    for (let call = 0; call < 20; call++) {
      await egressFetch(url, { method: "POST", body: "x" }, parseEgressAllow(`127.0.0.1:${port}`));
    }
    // undici rests a connection for one turn of the event loop, so a call at once takes a second.
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test("are at most two for each call at once, and reused by the next", async () => {
    const { url, connections } = await serve(async (_request, response) => {
      await sleep(20);
      response.end("ok");
    });
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 8 }, () => egressFetch(url, {}, loopback)));
    }
    expect(connections()).toBeLessThanOrEqual(16);
  });
});

test("TLS names the host, though the connection goes to the checked address", async () => {
  const names: string[] = [];
  const server = createTlsServer({
    SNICallback: (name, done) => {
      names.push(name);
      done(new Error("no certificate"));
    },
  });
  server.on("tlsClientError", () => undefined);
  const port = await listen(server, "localhost");
  expect((await fails(`https://localhost.:${port}/`)).code).toBe("egress_unreachable");
  expect(names).toEqual(["localhost"]);
});

describe("resolveChecked", () => {
  test("gives the address of what is public or allowed", async () => {
    expect(await resolveChecked("8.8.8.8", 443, nobody)).toEqual({ address: "8.8.8.8", family: 4 });
    const one = parseEgressAllow("[::1]:5432,localhost:5432");
    expect(await resolveChecked("[::1]", 5432, one)).toEqual({ address: "::1", family: 6 });
    expect((await resolveChecked("LocalHost.", 5432, one)).address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });

  test.each(["127.0.0.1", "localhost", "0x7f.1", "2130706433", "::ffff:7f00:1", "fe80::1%lo"])(
    "refuses %s",
    async (host) => {
      const error = await failure(resolveChecked(host, 5432, nobody));
      expect(error.code).toBe("egress_blocked");
      expect(error.message).toContain(":5432");
    },
  );

  test.each([
    ["", 80],
    ["a b", 80],
    ["/var/run", 80],
    ["user@host", 80],
    ["8.8.8.8", 0],
    ["8.8.8.8", 65_536],
    ["8.8.8.8", 1.5],
  ])("takes no %j:%j", async (host, port) => {
    expect((await failure(resolveChecked(host, port, loopback))).code).toBe("egress_invalid_url");
  });

  test("says so when a name has no address", async () => {
    const error = await failure(resolveChecked("no-such-host.invalid", 80, loopback));
    expect(error.code).toBe("egress_unreachable");
  });
});
