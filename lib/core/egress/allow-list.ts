import { isIPv4, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

interface NetworkEntry {
  kind: "network";
  network: [Address, number];
  /** A single address, not a wider network. */
  exact: boolean;
}

interface HostEntry {
  kind: "host";
  host: string;
}

interface SuffixEntry {
  kind: "suffix";
  /** With its leading dot: `.corp.example`. */
  suffix: string;
}

/** One thing outbound calls may reach; `port` null means any, `text` is its one spelling. */
export type AllowEntry = Readonly<
  (NetworkEntry | HostEntry | SuffixEntry) & { port: number | null; text: string }
>;

/** What outbound calls may reach besides the public internet. Equal policies have equal keys. */
export interface EgressPolicy {
  readonly key: string;
  readonly entries: readonly AllowEntry[];
}

/** Makes a policy of entries; duplicates and order do not matter. */
export function policyOf(entries: Iterable<AllowEntry>): EgressPolicy {
  const byText = new Map<string, AllowEntry>();
  for (const entry of entries) byText.set(entry.text, entry);
  const texts = [...byText.keys()].sort();
  return Object.freeze({ key: texts.join(","), entries: Object.freeze([...byText.values()]) });
}

/**
 * Whether the policy lets `host` (lower case, no trailing dot, no brackets) be called on `port` at
 * `address`. Metadata addresses must be named one by one: no host name and no network covers them.
 */
export function allows(
  policy: EgressPolicy,
  host: string,
  port: number,
  address: Address,
  isMetadata: boolean,
): boolean {
  return policy.entries.some((entry) => {
    if (entry.port !== null && entry.port !== port) return false;
    if (entry.kind === "network") {
      const sameKind = entry.network[0].kind() === address.kind();
      return sameKind && address.match(entry.network) && (entry.exact || !isMetadata);
    }
    if (isMetadata) return false;
    return entry.kind === "host" ? host === entry.host : host.endsWith(entry.suffix);
  });
}

/** Parses one entry of the allow list. Throws `Error` with one line that says how to write it. */
export function parseAllowEntry(text: string): AllowEntry {
  const bracketed = /^\[([^\]/]+)(?:\/(\d+))?\](?:\/(\d+))?(?::(.*))?$/.exec(text);
  if (bracketed) {
    const [, address = "", inner, outer, port] = bracketed;
    if (!isIPv6(address)) fail(text, "only an IPv6 address goes in brackets");
    return parseNetwork(text, address, inner ?? outer, port);
  }
  if (text.includes("/")) {
    const cidr = /^([^/]+)\/(\d+)(?::(.*))?$/.exec(text);
    if (!cidr) fail(text, "write host:port or address/prefix, without a scheme or a path");
    return parseNetwork(text, cidr[1] ?? "", cidr[2], cidr[3]);
  }
  const [host = "", port, ...more] = text.split(":");
  if (more.length > 0) fail(text, "write an IPv6 address in brackets, as in [::1]:8080");
  return isIPv4(host) ? parseNetwork(text, host, undefined, port) : parseHost(text, host, port);
}

function parseNetwork(
  text: string,
  address: string,
  prefixText: string | undefined,
  portText: string | undefined,
): AllowEntry {
  const family = isIPv4(address) ? ipaddr.IPv4 : isIPv6(address) ? ipaddr.IPv6 : null;
  if (!family || address.includes("%")) fail(text, `${address} is not an IP address`);
  const bits = family === ipaddr.IPv4 ? 32 : 128;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) fail(text, `the prefix must be 0 to ${bits}`);
  const parsed = family.parse(address);
  if (parsed.range() === "ipv4Mapped") fail(text, "write an IPv4 address as a.b.c.d");
  const base = family.networkAddressFromCIDR(`${address}/${prefix}`).toString();
  const name = prefix === bits ? base : `${base}/${prefix}`;
  if (base !== parsed.toString()) fail(text, `the network is ${name}`);
  const port = parsePort(text, portText);
  return {
    kind: "network",
    network: [parsed, prefix],
    exact: prefix === bits,
    port,
    text: withPort(bits === 128 ? `[${name}]` : name, port),
  };
}

function parseHost(text: string, given: string, portText: string | undefined): AllowEntry {
  const wildcard = given.startsWith("*.");
  const name = (wildcard ? given.slice(2) : given).replace(/\.$/, "");
  if (name.includes("*")) fail(text, "a * can only stand for the first labels, as in *.example");
  // What URL parsing reads as a number never reaches the allow list as a host name.
  if (/(^|\.)(\d+|0x[\da-f]*)$/i.test(name)) fail(text, "write an IPv4 address as a.b.c.d");
  const host = domainToASCII(name);
  const labels = host.split(".");
  if (!labels.every((label) => /^[a-z\d_]([a-z\d_-]{0,61}[a-z\d_])?$/.test(label))) {
    fail(text, "it is not a host name, an address or a network");
  }
  const port = parsePort(text, portText);
  return wildcard
    ? { kind: "suffix", suffix: `.${host}`, port, text: withPort(`*.${host}`, port) }
    : { kind: "host", host, port, text: withPort(host, port) };
}

function parsePort(text: string, port: string | undefined): number | null {
  if (port === undefined) return null;
  const value = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  if (value < 1 || value > 65_535) fail(text, "the port must be 1 to 65535");
  return value;
}

function withPort(name: string, port: number | null): string {
  return port === null ? name : `${name}:${port}`;
}

function fail(text: string, why: string): never {
  throw new Error(`"${text}" cannot be allowed: ${why}`);
}
