import { expect, test } from "vitest";
import { mergePolicies, parseEgressAllow } from "../egress.ts";
import { parseAddress } from "./addresses.ts";
import { allows } from "./allow-list.ts";

function allowed(list: string, host: string, port: number, ip: string, isMetadata = false) {
  const address = parseAddress(ip);
  if (!address) throw new Error(`not an address: ${ip}`);
  return allows(parseEgressAllow(list), host, port, address, isMetadata);
}

test.each([
  ["127.0.0.1:9000", "127.0.0.1", 9000, "127.0.0.1", true],
  ["127.0.0.1:9000", "127.0.0.1", 9001, "127.0.0.1", false],
  ["127.0.0.1:9000", "127.0.0.2", 9000, "127.0.0.2", false],
  ["127.0.0.1", "127.0.0.1", 1, "127.0.0.1", true],
  ["127.0.0.1", "a.example", 80, "127.0.0.1", true],
  ["127.0.0.1", "::ffff:7f00:1", 80, "::ffff:127.0.0.1", true],
  ["10.1.0.0/16", "10.1.255.255", 80, "10.1.255.255", true],
  ["10.1.0.0/16", "10.2.0.0", 80, "10.2.0.0", false],
  ["10.1.0.0/16:5432", "10.1.2.3", 5432, "10.1.2.3", true],
  ["10.1.0.0/16:5432", "10.1.2.3", 80, "10.1.2.3", false],
  ["0.0.0.0/0", "10.1.2.3", 80, "10.1.2.3", true],
  ["0.0.0.0/0", "::1", 80, "::1", false],
  ["[::1]:8080", "::1", 8080, "::1", true],
  ["[::1]:8080", "::1", 80, "::1", false],
  ["[::1]", "::1", 80, "::1", true],
  ["[0:0:0:0:0:0:0:1]", "::1", 80, "::1", true],
  ["[fd00::/8]:443", "fd12::1", 443, "fd12::1", true],
  ["[fd00::]/8:443", "fd12::1", 80, "fd12::1", false],
  ["fd00::/8", "fd12::1", 80, "fd12::1", true],
  ["fd00::/8", "fe80::1", 80, "fe80::1", false],
  ["localhost:9000", "localhost", 9000, "127.0.0.1", true],
  ["localhost:9000", "localhost", 9000, "::1", true],
  ["localhost:9000", "localhost", 9001, "127.0.0.1", false],
  ["localhost:9000", "127.0.0.1", 9000, "127.0.0.1", false],
  ["Host.Example.:443", "host.example", 443, "10.0.0.1", true],
  ["host.example", "sub.host.example", 443, "10.0.0.1", false],
  ["my_service", "my_service", 80, "172.18.0.2", true],
  ["münchen.example", "xn--mnchen-3ya.example", 80, "10.0.0.1", true],
  ["*.corp.example", "a.b.corp.example", 80, "10.0.0.1", true],
  ["*.corp.example", "corp.example", 80, "10.0.0.1", false],
  ["*.corp.example", "evilcorp.example", 80, "10.0.0.1", false],
  ["*.corp.example:80", "a.corp.example", 81, "10.0.0.1", false],
  ["", "127.0.0.1", 80, "127.0.0.1", false],
  [" 10.0.0.1 , ,localhost ", "localhost", 80, "127.0.0.1", true],
])("%s, asked for %s port %i at %s: %s", (list, host, port, ip, expected) => {
  expect(allowed(list, host, port, ip)).toBe(expected);
});

test("a metadata address is allowed only by its own address", () => {
  const ip = "169.254.169.254";
  for (const list of ["169.254.0.0/16", "0.0.0.0/0", "meta.example", "*.example"]) {
    expect(allowed(list, "meta.example", 80, ip, true)).toBe(false);
  }
  expect(allowed(`${ip}:80`, ip, 80, ip, true)).toBe(true);
});

test.each([
  ["http://10.0.0.1", "without a scheme or a path"],
  ["host.example/path", "without a scheme or a path"],
  ["10.0.0.0/33", "the prefix must be 0 to 32"],
  ["fd00::/129", "the prefix must be 0 to 128"],
  ["10.1.2.3/16", "the network is 10.1.0.0/16"],
  ["host.example/8", "host.example is not an IP address"],
  ["::1", "write an IPv6 address in brackets"],
  ["::1:9000", "write an IPv6 address in brackets"],
  ["[10.0.0.1]", "only an IPv6 address goes in brackets"],
  ["[fe80::1%eth0]", "is not an IP address"],
  ["[::ffff:10.0.0.1]", "write an IPv4 address as a.b.c.d"],
  ["127.1", "write an IPv4 address as a.b.c.d"],
  ["0x7f000001", "write an IPv4 address as a.b.c.d"],
  ["010.0.0.1", "write an IPv4 address as a.b.c.d"],
  ["1.2.3.4.5", "write an IPv4 address as a.b.c.d"],
  ["*", "a * can only stand for the first labels"],
  ["a.*.example", "a * can only stand for the first labels"],
  ["*.", "it is not a host name"],
  ["-a.example", "it is not a host name"],
  ["user@host", "it is not a host name"],
  ["a..b", "it is not a host name"],
  [":9000", "it is not a host name"],
  ["localhost:", "the port must be 1 to 65535"],
  ["localhost:0", "the port must be 1 to 65535"],
  ["localhost:65536", "the port must be 1 to 65535"],
  ["localhost:http", "the port must be 1 to 65535"],
])("%s is refused with a line that says how to write it", (entry, message) => {
  expect(() => parseEgressAllow(entry)).toThrow(`"${entry}" cannot be allowed: `);
  expect(() => parseEgressAllow(entry)).toThrow(message);
});

test("every wrong entry has its own line", () => {
  const parse = () => parseEgressAllow("10.0.0.1,127.1,ok.example,localhost:0");
  expect(parse).toThrow(/^"127\.1" .*\n"localhost:0" .*$/);
});

test("policies that allow the same are equal by key, however they are written or merged", () => {
  const one = parseEgressAllow("LOCALHOST:80,10.0.0.0/8,[0::1]");
  const other = parseEgressAllow("[::1]:443");
  expect(parseEgressAllow("[::1],10.0.0.0/8,localhost:80,10.0.0.0/8").key).toBe(one.key);
  expect(mergePolicies(other, one).key).toBe(mergePolicies(one, other, one).key);
  expect(mergePolicies(one, other).key).not.toBe(one.key);
  expect(mergePolicies(parseEgressAllow(""), one)).toBe(one);
  expect(mergePolicies().entries).toEqual([]);
});
