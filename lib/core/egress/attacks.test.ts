import dns from "node:dns";
import dnsPromises from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { egressFetch, guardedFetch, parseEgressAllow, resolveChecked } from "../egress.ts";
import type { EgressErrorCode } from "./error.ts";
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

type Attack = [name: string, url: string, code?: EgressErrorCode];

const blocked = "egress_blocked" as const;
const invalid = "egress_invalid_url" as const;

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
  "xn--lclhst-0ta.example": ["127.0.0.1"],
  "odd.example": ["not an address"],
};

const attacks: Attack[] = [
  ["a private address in decimal", "http://167772161/"],
  ["loopback in decimal", "http://2130706433/"],
  ["metadata in decimal", "http://2852039166/latest/meta-data/"],
  ["loopback in octal", "http://0177.0.0.1/"],
  ["loopback in octal with many zeros", "http://0000000177.00.00.01/"],
  ["loopback as one octal number", "http://017700000001/"],
  ["loopback in hexadecimal", "http://0x7f000001/"],
  ["loopback in dotted hexadecimal", "http://0x7F.0x0.0x0.0x1/"],
  ["metadata in hexadecimal", "http://0xa9fea9fe/"],
  ["metadata in mixed bases", "http://0xa9.254.0251.254/"],
  ["loopback in two parts", "http://127.1/"],
  ["loopback in three parts", "http://127.0.1/"],
  ["the whole of 127/8", "http://127.255.255.254/"],
  ["a number past 32 bits", "http://4294967297/", invalid],
  ["five parts", "http://127.0.0.1.1/", invalid],
  ["an octal digit that is none", "http://0178.0.0.1/", invalid],
  ["the unspecified address", "http://0.0.0.0/"],
  ["the unspecified address as 0", "http://0/"],
  ["the unspecified address as 0x", "http://0x/"],
  ["this network", "http://0.1.2.3/"],
  ["the broadcast address", "http://255.255.255.255/"],
  ["a private network, class A", "http://10.0.0.1/"],
  ["a private network, class B", "http://172.31.255.254/"],
  ["a private network, class C", "http://192.168.1.1/"],
  ["carrier-grade NAT", "http://100.64.0.1/"],
  ["a link-local address", "http://169.254.1.1/"],
  ["metadata of Amazon, Google and Azure", "http://169.254.169.254/latest/meta-data/"],
  ["metadata of containers", "http://169.254.170.2/v2/credentials"],
  ["metadata of Alibaba", "http://100.100.100.200/"],
  ["metadata of Azure's wire server", "http://168.63.129.16/"],
  ["multicast", "http://224.0.0.1/"],
  ["multicast of a site", "http://239.255.255.250:1900/"],
  ["addresses of documentation", "http://192.0.2.1/"],
  ["addresses of benchmarks", "http://198.18.0.1/"],
  ["addresses of the future", "http://240.0.0.1/"],
  ["IPv6 loopback", "http://[::1]/"],
  ["IPv6 loopback in full", "http://[0000:0000:0000:0000:0000:0000:0000:0001]/"],
  ["the unspecified IPv6 address", "http://[::]/"],
  ["mapped loopback", "http://[::ffff:127.0.0.1]/"],
  ["mapped loopback in hexadecimal", "http://[::ffff:7f00:1]/"],
  ["mapped metadata in full", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/"],
  ["compatible loopback", "http://[::127.0.0.1]/"],
  ["translated loopback", "http://[::ffff:0:127.0.0.1]/"],
  ["NAT64 of a private address", "http://[64:ff9b::10.0.0.1]/"],
  ["NAT64 of metadata", "http://[64:ff9b::a9fe:a9fe]/"],
  ["the local NAT64 prefix", "http://[64:ff9b:1::7f00:1]/"],
  ["6to4 of loopback", "http://[2002:7f00:1::]/"],
  ["6to4 of metadata", "http://[2002:a9fe:a9fe::1]/"],
  ["Teredo", "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/"],
  ["a unique local address", "http://[fd12:3456:789a::1]/"],
  ["metadata of Amazon by IPv6", "http://[fd00:ec2::254]/"],
  ["a link-local IPv6 address", "http://[fe80::1]/"],
  ["an IPv6 address with a zone", "http://[fe80::1%25eth0]/", invalid],
  ["a site-local IPv6 address", "http://[fec0::1]/"],
  ["multicast of IPv6", "http://[ff02::1]/"],
  ["ISATAP around a private address", "http://[fe80::5efe:10.0.0.1]/"],
  ["loopback with a trailing dot", "http://127.0.0.1./"],
  ["loopback behind a name", "http://example.com@127.0.0.1/", invalid],
  ["loopback behind a user and password", "http://example.com:80@127.0.0.1/", invalid],
  ["loopback behind an escaped name", "http://example.com%40x@127.0.0.1/", invalid],
  ["two at signs", "http://a@example.com@127.0.0.1/", invalid],
  ["loopback before a backslash and a name", "http://127.0.0.1\\@example.com/"],
  ["loopback before a fragment", "http://127.0.0.1#@example.com/"],
  ["loopback before a query", "http://127.0.0.1?@example.com/"],
  ["backslashes for slashes", "http:\\\\127.0.0.1\\"],
  ["no slashes", "http:127.0.0.1"],
  ["too many slashes", "http:////127.0.0.1/"],
  ["a tab within the scheme", "ht\ttp://127.0.0.1/"],
  ["a line feed within the host", "http://127.0\n.0.1/"],
  ["spaces around", "  http://127.0.0.1/  "],
  ["an escaped host", "http://%31%32%37%2e0%2e0%2e1/"],
  ["circled digits", "http://①②⑦.⓪.⓪.①/"],
  ["full-width digits", "http://１２７.０.０.１/"],
  ["ideographic full stops", "http://127。0。0。1/"],
  ["half-width full stops", "http://169｡254｡169｡254/"],
  ["a name in circled letters", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/"],
  ["a name with a soft hyphen", "http://local\u00adhost/"],
  ["a name with a zero-width joiner", "http://local\u200bhost/"],
  ["a name in bold", "http://𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭/"],
  ["a name in capitals", "http://LOCALHOST/"],
  ["a name with a trailing dot", "http://localhost./"],
  ["a name with a NUL", "http://localhost\0.example/", invalid],
  ["a name below localhost", "http://app.localhost/"],
  ["localhost with a domain", "http://localhost.localdomain/"],
  ["a name of the hosts file", "http://ip6-localhost/"],
  ["a public name for loopback", "http://127.0.0.1.nip.example/"],
  ["a public name for IPv6 loopback", "http://six.example/"],
  ["a public name for a mapped address", "http://mapped.example/"],
  ["a public name for a NAT64 address", "http://nat64.example/"],
  ["a public name for 0.0.0.0", "http://zero.example/"],
  ["a name with a public and a private address", "http://both.example/"],
  ["a name whose last address is private", "http://late.example/"],
  ["a name of metadata", "http://metadata.google.internal/"],
  ["a name of the cluster", "https://kubernetes.default.svc/api"],
  ["a name whose address cannot be read", "http://odd.example/"],
  ["another port of loopback", "http://127.0.0.1:22/"],
  ["the database's port", "http://localhost:5432/"],
  ["port 0", "http://127.0.0.1:0/", invalid],
  ["a port past the last", "http://127.0.0.1:65616/", invalid],
  ["a negative port", "http://127.0.0.1:-80/", invalid],
  ["a file", "file:///etc/passwd", invalid],
  ["a file of a host", "file://127.0.0.1/etc/passwd", invalid],
  ["gopher", "gopher://127.0.0.1:6379/_FLUSHALL", invalid],
  ["dict", "dict://127.0.0.1:11211/stats", invalid],
  ["ftp", "ftp://127.0.0.1/", invalid],
  ["ldap", "ldap://127.0.0.1/", invalid],
  ["a web socket", "ws://127.0.0.1/", invalid],
  ["a Unix socket", "http+unix://%2Fvar%2Frun%2Fdocker.sock/info", invalid],
  ["data", "data:text/plain,hello", invalid],
  ["script", "javascript:fetch('http://127.0.0.1')", invalid],
  ["a blob", "blob:http://127.0.0.1/1", invalid],
  ["no scheme", "//127.0.0.1/", invalid],
  ["no host", "http://", invalid],
];

/** Those that a Location header can carry, and that do not lean on the address before them. */
const redirects = attacks.filter(([, url]) => /^[a-z+]+:\/\/[^\0\n]*$/i.test(url));

function fillZone(): void {
  for (const [name, addresses] of Object.entries(names)) zone.set(name, [addresses]);
}

describe(`${attacks.length} ways to aim a call inside`, () => {
  test.each(attacks)("%s", async (_name, url, code = blocked) => {
    fillZone();
    expect((await failure(egressFetch(url, {}, nobody))).code).toBe(code);
    expect((await failure(guardedFetch(nobody)(url))).code).toBe(code);
  });

  test.each(redirects)("by a redirect: %s", async (_name, url, code = blocked) => {
    fillZone();
    // Header bytes are Latin-1 to Node.
    const location = Buffer.from(url).toString("latin1");
    const door = await serve((_request, response) => response.writeHead(307, { location }).end());
    const policy = parseEgressAllow(`127.0.0.1:${door.port}`);
    expect((await failure(egressFetch(door.url, {}, policy))).code).toBe(code);
    expect((await failure(guardedFetch(policy)(door.url))).code).toBe(code);
  });
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
