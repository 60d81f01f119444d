import type { LookupAddress, lookup } from "node:dns";
import { afterEach, expect, test } from "vitest";
import { egressFetch, guardedFetch, parseEgressAllow } from "../egress.ts";
import { checkedLookup } from "./connect.ts";
import { EgressError } from "./error.ts";
import { closeServers, failure, serve } from "./testing.ts";

const nobody = parseEgressAllow("");
/** Within what the kernel would connect to at once, so that a hole is a call that comes through. */
const port = 49_731;

afterEach(closeServers);

const attacks: Record<string, string[]> = {
  "loopback in every spelling of IPv4": [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://0177.0x0.0.01/",
    "http://127.255.255.254/",
    "http://0/",
    "http://0.0.0.0/",
    "http://00000000.0/",
    "http://127.0.0.1./",
    "http://%31%32%37.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://１２７.0.0.1/",
  ],
  "loopback by name": [
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://loc\u00adalhost/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "http://ｌｏｃａｌｈｏｓｔ/",
    "http://lo\tcal\nhost/",
  ],
  "loopback in IPv6": [
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:7f00:0001]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
  ],
  "private and shared networks": [
    "http://10.0.0.1/",
    "http://0xa.0.0.1/",
    "http://167772161/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://3232235777/",
    "http://100.64.0.1/",
    "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fec0::1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::a00:1]/",
    "http://[2002:a00:1::]/",
  ],
  "link-local and cloud metadata": [
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254./",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://169.254.43518/",
    "http://169.254.170.2/v2/credentials",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
  ],
  "multicast, broadcast and reserved": [
    "http://224.0.0.1/",
    "http://239.255.255.250:1900/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
  ],
  "a host that hides behind another part": [
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://example.com%40127.0.0.1/",
    "http://127.0.0.1#@example.com/",
    "http://127.0.0.1?@example.com/",
    "http://127.0.0.1\\@example.com/",
    "http:\\\\127.0.0.1\\",
    "http:/127.0.0.1/",
    "http:127.0.0.1/",
    "http://127.0.0.1%2f.example.com/",
    "http://127.0.0.1%00.example.com/",
    " http://127.0.0.1/ ",
    "ht\ntp://127.0.0.1/",
  ],
  "ports and schemes that are no web address": [
    "http://example.com:0/",
    "http://example.com:99999/",
    "http://127.0.0.1:22/",
    "http://[::1]:6379/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:6379/_INFO",
    "dict://127.0.0.1:11211/stats",
    "data:text/plain,hello",
    "javascript:fetch('/')",
    "unix:/var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "//127.0.0.1/",
    "http://",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
  ],
};

const rows = Object.entries(attacks).flatMap(([kind, urls]) => urls.map((url) => [kind, url]));

test("the list has the breadth that it is to have", () => {
  expect(rows.length).toBeGreaterThanOrEqual(60);
});

test.each(rows)("%s: %j is refused, gathered or streamed", async (_kind, url) => {
  for (const attempt of [
    () => egressFetch(String(url), { timeoutMs: 5_000 }, nobody),
    () => guardedFetch(nobody, { timeoutMs: 5_000 })(String(url)),
  ]) {
    const { code } = await failure(attempt());
    expect(["egress_blocked", "egress_invalid_url"]).toContain(code);
  }
});

/** Those that are an address of their own: `http:/x` in a Location is a path of the same host. */
const onward = rows.filter(
  ([kind = "", url = ""]) => /metadata|loopback|hides/.test(kind) && !/^http:\/?[^/\\]/.test(url),
);

test.each(onward)("%s: a redirect to %j is refused", async (_kind, url) => {
  const location = Buffer.from(String(url).replaceAll(/[\t\n]/g, ""), "utf8").toString("latin1");
  const first = await serve((_request, response) => response.writeHead(302, { location }).end());
  const allowed = parseEgressAllow(`127.0.0.1:${first.port}`);
  const error = await failure(egressFetch(first.url, { timeoutMs: 5_000 }, allowed));
  expect(["egress_blocked", "egress_invalid_url"]).toContain(error.code);
  expect(first.connections()).toBe(1);
});

/** A resolver that answers each question with the next of its answers, as a rebinding one does. */
function rebinding(answers: LookupAddress[][]) {
  let asked = 0;
  const resolver = ((_host: string, _options: object, callback: (...found: unknown[]) => void) => {
    callback(null, answers[Math.min(asked++, answers.length - 1)]);
  }) as unknown as typeof lookup;
  const ask = (all: boolean) =>
    new Promise((resolve) => {
      checkedLookup(port, nobody, resolver)("rebind.example", { all }, (error, found) =>
        resolve(error ?? found),
      );
    });
  return { ask, asked: () => asked };
}

const good: LookupAddress = { address: "93.184.215.14", family: 4 };

test.each([
  ["127.0.0.1", 4],
  ["169.254.169.254", 4],
  ["10.0.0.5", 4],
  ["0.0.0.0", 4],
  ["::1", 6],
  ["::ffff:127.0.0.1", 6],
  ["fd00:ec2::254", 6],
])("a name that turns to %s after its first answer is refused", async (address, family) => {
  const { ask, asked } = rebinding([[good], [{ address, family }], [good, { address, family }]]);
  // The socket is given the very address that was checked: nothing asks a second time.
  expect(await ask(true)).toEqual([good]);
  expect(asked()).toBe(1);
  expect(await ask(true)).toBeInstanceOf(EgressError);
  expect(await ask(false)).toBeInstanceOf(EgressError);
});
