import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type EgressRequest, egressFetch, guardedFetch, parseEgressAllow } from "../egress.ts";
import { closeServers, failure, read, serve, textOf } from "./testing.ts";

const loopback = parseEgressAllow("127.0.0.0/8,[::1],localhost");
const fails = (url: string, request: EgressRequest = {}, policy = loopback) =>
  failure(egressFetch(url, request, policy));

afterEach(closeServers);

describe("redirects", () => {
  test("to a blocked address are refused before it is called", async () => {
    const target = await serve((_request, response) => response.end("secret"));
    const { url, port } = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.1:${target.port}/` }).end();
    });
    const error = await fails(url, {}, parseEgressAllow(`127.0.0.1:${port}`));
    expect(error.code).toBe("egress_blocked");
    expect(target.connections()).toBe(0);
  });

  test.each([
    ["file:///etc/passwd", "redirects elsewhere: only http and https"],
    ["http://a:b@127.0.0.1/", "redirects elsewhere: the URL carries a user name"],
    ["http://", "redirects elsewhere: the address is not a valid URL"],
  ])("to %s are refused", async (location, why) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(307, { location }).end();
    });
    const error = await fails(url);
    expect(error.code).toBe("egress_invalid_url");
    expect(error.message).toContain(why);
  });

  test("are followed up to the limit, also without an end to their body", async () => {
    const { url } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("there");
      else response.writeHead(302, { location: `/${left - 1}` }).write("never ends");
    });
    const answer = await egressFetch(`${url}/5`, {}, loopback);
    expect(read(answer.body)).toBe("there");
    expect(answer.url).toBe(`${url}/0`);
    expect((await fails(`${url}/6`)).code).toBe("egress_too_many_redirects");
    expect((await fails(`${url}/1`, { maxRedirects: 0 })).code).toBe("egress_too_many_redirects");
    expect((await egressFetch(`${url}/0`, { maxRedirects: 0 }, loopback)).status).toBe(200);
  });

  test("in a circle end in an error", async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(308, { location: "/" }).end();
    });
    expect((await fails(url)).code).toBe("egress_too_many_redirects");
  });

  test("share the time of one call", async () => {
    const { url } = await serve(async (request, response) => {
      await sleep(120);
      response.writeHead(302, { location: `${request.url}x` }).end();
    });
    const error = await fails(url, { timeoutMs: 300, maxRedirects: 100 });
    expect(error.code).toBe("egress_timeout");
  });

  test("without a Location are the answer", async () => {
    const { url } = await serve((_request, response) => response.writeHead(302).end("here"));
    const answer = await egressFetch(url, {}, loopback);
    expect([answer.status, read(answer.body)]).toEqual([302, "here"]);
  });

  test("go to a Location in UTF-8", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/") {
        const location = Buffer.from("/ñ", "utf8").toString("latin1");
        response.writeHead(302, { location }).end();
      } else response.end(request.url);
    });
    expect(read((await egressFetch(url, {}, loopback)).body)).toBe("/%C3%B1");
  });

  test.each([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [301, "PUT", "PUT"],
    [307, "POST", "POST"],
    [308, "PATCH", "PATCH"],
  ])("with %i turn %s into %s", async (status, method, expected) => {
    const { url } = await serve(async (request, response) => {
      const body = await textOf(request);
      if (request.url === "/") response.writeHead(status, { location: "/next" }).end();
      else {
        const type = request.headers["content-type"] ?? "none";
        response.writeHead(200, { "x-seen": `${request.method} ${type} ${body}` }).end();
      }
    });
    const request = { method, body: "{}", headers: { "Content-Type": "text/x" } };
    const sent = method === "HEAD" ? { method } : request;
    const answer = await egressFetch(url, sent, loopback);
    const kept = expected === method && method !== "HEAD";
    expect(answer.headers.get("x-seen")?.trim()).toBe(`${expected} ${kept ? "text/x {}" : "none"}`);
  });

  const secrets = {
    Authorization: "a",
    Cookie: "a",
    "Proxy-Authorization": "a",
    "X-API-Key": "a",
    "Api-Key": "a",
    apikey: "a",
    "X-Auth-Token": "a",
    "X-Goog-Api-Key": "a",
    "X-Functions-Key": "a",
    "X-Amz-Security-Token": "a",
    "Mcp-Session-Id": "a",
    "X-Hub-Signature-256": "a",
    "X-Shibboleth": "a",
  };

  test("elsewhere lose every secret header, for good, and keep the rest", async () => {
    const there = await serve((request, response) => {
      if (request.url === "/back") {
        response.writeHead(307, { location: `${here.url}/end` }).end();
      } else response.end();
    });
    const here = await serve((request, response) => {
      if (request.url === "/") {
        response.writeHead(307, { location: `${there.url}/back` }).end();
      } else response.end(JSON.stringify(request.headers));
    });
    const answer = await egressFetch(
      here.url,
      {
        method: "POST",
        body: "b",
        headers: { ...secrets, Accept: "text/x", "X-Trace": "1", "Content-Type": "text/y" },
        secretHeaders: ["x-Shibboleth"],
      },
      loopback,
    );
    const seen = JSON.parse(read(answer.body));
    for (const name of Object.keys(secrets)) expect(seen).not.toHaveProperty(name.toLowerCase());
    expect(seen).toMatchObject({ accept: "text/x", "x-trace": "1", "content-type": "text/y" });
  });

  test("to the same origin keep them", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/") response.writeHead(302, { location: "/next" }).end();
      else response.end(JSON.stringify(request.headers));
    });
    const answer = await egressFetch(url, { headers: secrets }, loopback);
    const lower = Object.keys(secrets).map((name) => [name.toLowerCase(), "a"]);
    expect(JSON.parse(read(answer.body))).toMatchObject(Object.fromEntries(lower));
  });

  test("with credentials in the body stay on their origin, or lose the body", async () => {
    const there = await serve(async (request, response) => response.end(await textOf(request)));
    const here = await serve(async (request, response) => {
      const [, status, where = ""] = (request.url ?? "").split("/");
      const to = where === "there" ? there.url : "/end";
      if (status === "end") response.end(await textOf(request));
      else response.writeHead(Number(status), { location: to }).end();
    });
    const request = { method: "POST", body: "secret", secretBody: true };
    for (const status of [307, 308]) {
      const error = await fails(`${here.url}/${status}/there`, request);
      expect(error.code).toBe("egress_blocked");
      const streamed = guardedFetch(loopback, { secretBody: true });
      const again = streamed(`${here.url}/${status}/there`, { method: "POST", body: "secret" });
      expect((await failure(again)).code).toBe("egress_blocked");
      const answer = await egressFetch(`${here.url}/${status}/here`, request, loopback);
      expect(read(answer.body)).toBe("secret");
    }
    expect(there.connections()).toBe(0);
    const answer = await egressFetch(`${here.url}/303/there`, request, loopback);
    expect(read(answer.body)).toBe("");
  });
});
