import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { egressFetch, guardedFetch, parseEgressAllow, resolveChecked } from "../egress.ts";
import { closeServers, failure, read, serve } from "./testing.ts";

/** What the attacker's name servers say: each question takes the next answer, the last one stays. */
const zone = new Map<string, string[][]>();
const asked: string[] = [];
const resolver = { lookup: dns.lookup, promise: dnsPromises.lookup };

function answerOf(name: string): { address: string; family: 4 | 6 }[] | null {
  const answers = zone.get(name);
  if (!answers) return null;
  asked.push(name);
  const [next = []] = answers.length > 1 ? answers.splice(0, 1) : answers;
  return next.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
}

// The system's resolver is replaced, and nothing of ours.
beforeAll(() => {
  dns.lookup = ((name: string, options: dns.LookupAllOptions, callback: never) => {
    const found = answerOf(name);
    if (!found) return resolver.lookup(name, options, callback);
    process.nextTick(callback as (...args: unknown[]) => void, null, found);
  }) as unknown as typeof dns.lookup;
  dnsPromises.lookup = ((name: string, options: dns.LookupAllOptions) => {
    const found = answerOf(name);
    return found ? Promise.resolve(found) : resolver.promise(name, options);
  }) as typeof dnsPromises.lookup;
  syncBuiltinESMExports();
});

afterAll(() => {
  dns.lookup = resolver.lookup;
  dnsPromises.lookup = resolver.promise;
  syncBuiltinESMExports();
});

afterEach(() => {
  closeServers();
  zone.clear();
  asked.length = 0;
});

const nobody = parseEgressAllow("");
/** An operator who allowed as much as can be said in one line each. */
const everybody = parseEgressAllow("0.0.0.0/0,[::]/0,*.example,meta.example");

const blocked = "egress_blocked" as const;

/** Names that lead inside, and where. */
const names: Record<string, string[]> = {
  localhost: ["127.0.0.1"],
  "app.localhost": ["127.0.0.1"],
  "localhost.localdomain": ["127.0.0.1"],
  "ip6-localhost": ["::1"],
  "127.0.0.1.nip.example": ["127.0.0.1"],
  "six.example": ["::1"],
  "mapped.example": ["::ffff:10.0.0.5"],
  "nat64.example": ["64:ff9b::7f00:1"],
  "both.example": ["1.1.1.1", "192.168.0.1"],
  "late.example": ["2606:4700:4700::1111", "1.1.1.1", "fd00::1"],
  "zero.example": ["0.0.0.0"],
  "metadata.google.internal": ["169.254.169.254"],
  "kubernetes.default.svc": ["10.96.0.1"],
  "odd.example": ["not an address"],
};

test.each(Object.keys(names))("the name %s is refused, also by a redirect", async (name) => {
  zone.set(name, [names[name] ?? []]);
  for (const url of [`http://${name}/`, `https://${name.toUpperCase()}.:8443/x`]) {
    expect((await failure(egressFetch(url, {}, nobody))).code).toBe(blocked);
    expect((await failure(guardedFetch(nobody)(url))).code).toBe(blocked);
    const door = await serve((_request, response) => {
      response.writeHead(307, { location: url }).end();
    });
    const policy = parseEgressAllow(`127.0.0.1:${door.port}`);
    expect((await failure(egressFetch(door.url, {}, policy))).code).toBe(blocked);
    expect((await failure(guardedFetch(policy)(door.url))).code).toBe(blocked);
  }
});

test.each([
  ["decimal", "2130706433"],
  ["octal", "0177.0.0.1"],
  ["hexadecimal", "0x7f.1"],
  ["two parts", "127.1"],
  ["brackets", "[::1]"],
  ["a mapped address", "::ffff:169.254.169.254"],
  ["a zone", "fe80::1%lo"],
  ["a name", "localhost"],
  ["a trailing dot", "localhost."],
  ["userinfo", "db.example@127.0.0.1"],
  ["a path", "/var/run/postgresql"],
])("a driver that is not HTTP is kept from a host in %s", async (_name, host) => {
  const { code } = await failure(resolveChecked(host, 5432, nobody));
  expect(code).toMatch(/^egress_(blocked|invalid_url|unreachable)$/);
});

test.each([
  "http://169.254.169.254/",
  "http://[fd00:ec2::254]/",
  "http://meta.example/",
  "http://any.example/",
])("%s is refused even to who may call every network and name", async (url) => {
  zone.set("meta.example", [["169.254.169.254"]]);
  zone.set("any.example", [["100.100.100.200"]]);
  expect((await failure(egressFetch(url, {}, everybody))).code).toBe(blocked);
  expect((await failure(guardedFetch(everybody)(url))).code).toBe(blocked);
});

test.each(["CONNECT", "TRACE", "track"])("the method %s is never sent", async (method) => {
  const { code } = await failure(egressFetch("http://example.com/", { method }, nobody));
  expect(code).toBe("egress_invalid_request");
});

describe("a name that changes its answer", () => {
  /** The attacker's own address, and the one that they are after, on the same port. */
  async function duel(redirect: boolean) {
    const victim = await serve((_request, response) => response.end("secret"));
    let port = 0;
    const attacker = await serve((_request, response) => {
      const headers = { connection: "close", location: `http://flip.example:${port}/` };
      response.writeHead(redirect ? 302 : 200, headers).end("bait");
    }, "127.0.0.2");
    port = attacker.port;
    const policy = parseEgressAllow(`127.0.0.2:${port}`);
    return { policy, port, victim, url: `http://flip.example:${port}/` };
  }

  test("is asked once, and the connection goes to the address that was checked", async () => {
    const { policy, url } = await duel(false);
    zone.set("flip.example", [["127.0.0.2"], ["127.0.0.1"]]);
    expect(read((await egressFetch(url, {}, policy)).body)).toBe("bait");
    expect(asked).toEqual(["flip.example"]);
    expect((await failure(egressFetch(url, {}, policy))).code).toBe(blocked);
    expect((await failure(guardedFetch(policy)(url))).code).toBe(blocked);
  });

  test("between a call and its redirect is refused at the redirect", async () => {
    const { policy, url } = await duel(true);
    zone.set("flip.example", [["127.0.0.2"], ["169.254.169.254"]]);
    expect((await failure(egressFetch(url, {}, policy))).code).toBe(blocked);
    zone.set("flip.example", [["127.0.0.2"], ["127.0.0.1"]]);
    expect((await failure(guardedFetch(policy)(url))).code).toBe(blocked);
  });

  test("and adds the address that it is after to a good one is refused", async () => {
    const { policy, url, victim } = await duel(false);
    for (const answer of [
      ["127.0.0.2", "127.0.0.1"],
      ["127.0.0.1", "127.0.0.2"],
    ]) {
      zone.set("flip.example", [answer]);
      expect((await failure(egressFetch(url, {}, policy))).code).toBe(blocked);
    }
    expect(victim.connections()).toBe(0);
  });

  test("for a driver that is not HTTP gives the address that was checked", async () => {
    zone.set("flip.example", [["1.1.1.1"], ["127.0.0.1"]]);
    const found = await resolveChecked("flip.example", 5432, nobody);
    expect(found).toEqual({ address: "1.1.1.1", family: 4 });
    expect(asked).toEqual(["flip.example"]);
    expect((await failure(resolveChecked("flip.example", 5432, nobody))).code).toBe(blocked);
  });
});
