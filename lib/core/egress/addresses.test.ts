import { BlockList } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress, type RefusedKind, refusedKind } from "./addresses.ts";

const kindOf = (text: string) => {
  const address = parseAddress(text);
  return address ? refusedKind(address) : "unparsable";
};

const refused: [RefusedKind, string[]][] = [
  ["unspecified", ["0.0.0.0", "0.255.255.255", "::", "::ffff:0.0.0.0"]],
  ["loopback", ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]],
  ["private", ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255"]],
  ["private", ["192.168.0.0", "192.168.255.255", "fc00::", "fdff::1", "fec0::1"]],
  ["link_local", ["169.254.0.0", "169.254.255.255", "fe80::1", "febf::1", "fe80::1%eth0"]],
  ["carrier_grade_nat", ["100.64.0.0", "100.127.255.255"]],
  ["metadata", ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16"]],
  ["metadata", ["fd00:ec2::254", "fd20:ce::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"]],
  ["multicast", ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"]],
  ["broadcast", ["255.255.255.255"]],
  ["reserved", ["192.0.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1", "192.88.99.1"]],
  ["reserved", ["198.18.0.1", "198.19.255.255", "240.0.0.1", "255.255.255.254"]],
  // NAT64 to what is refused itself; the local-use prefix (RFC 8215) whatever is inside.
  ["loopback", ["64:ff9b::7f00:1", "64:ff9b::127.0.0.1"]],
  ["private", ["64:ff9b::10.0.0.1"]],
  ["reserved", ["64:ff9b:1::808:808", "64:ff9b:1:a00:1::"]],
  // IPv4-compatible, translated, 6to4, Teredo.
  ["reserved", ["::127.0.0.2", "::8.8.8.8", "::808:808", "::ffff:0:7f00:1", "::ffff:0:808:808"]],
  ["reserved", ["2002:7f00:1::", "2002:808:808::1", "2001:0:808:808::1"]],
  ["reserved", ["2001:db8::1", "3fff::1", "2001:2::1", "2001:10::1", "2001:20::1", "100::1"]],
  ["reserved", ["4000::1", "5f00::1", "8000::1", "e000::1", "fe00::1", "1::1"]],
];

for (const [kind, addresses] of refused) {
  test.each(addresses)(`%s is refused as ${kind}`, (address) => {
    expect(kindOf(address)).toBe(kind);
  });
}

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "2a00:1450:4001::1",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
])("%s is on the public internet", (address) => {
  expect(kindOf(address)).toBeNull();
});

describe("against Node's own matcher", () => {
  const v4 = new BlockList();
  for (const [network, prefix] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.88.99.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ] as const) {
    v4.addSubnet(network, prefix);
  }

  test("no IPv4 address of a blocked range passes", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        if (v4.check(address)) expect(kindOf(address)).not.toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });

  test("no IPv6 address outside 2000::/3 passes but mapped and NAT64 ones of public IPv4", () => {
    const v6 = new BlockList();
    v6.addSubnet("2000::", 3, "ipv6");
    v6.addSubnet("::ffff:0:0", 96, "ipv6");
    v6.addSubnet("64:ff9b::", 96, "ipv6");
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        if (!v6.check(address, "ipv6")) expect(kindOf(address)).not.toBeNull();
      }),
      { numRuns: 5_000 },
    );
  });
});

test("what is no address is not read as one", () => {
  for (const text of ["", "localhost", "1.2.3.4.5", "::1::", "300.1.1.1"]) {
    expect(parseAddress(text)).toBeNull();
  }
});
