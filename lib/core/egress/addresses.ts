import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** What makes an address one that tenants must not aim at. */
export type RefusedKind =
  | "loopback"
  | "private"
  | "link_local"
  | "carrier_grade_nat"
  | "metadata"
  | "multicast"
  | "unspecified"
  | "broadcast"
  | "reserved";

/** How each kind reads in a message. */
export const refusedKindNames: Record<RefusedKind, string> = {
  loopback: "a loopback address",
  private: "a private address",
  link_local: "a link-local address",
  carrier_grade_nat: "a carrier-grade NAT address",
  metadata: "a cloud metadata address",
  multicast: "a multicast address",
  unspecified: "the unspecified address",
  broadcast: "the broadcast address",
  reserved: "a reserved address",
};

/** ipaddr.js's names of ranges; whatever else it names (documentation, 6to4, Teredo) is reserved. */
const kindOfRange: Record<string, RefusedKind> = {
  loopback: "loopback",
  private: "private",
  uniqueLocal: "private",
  deprecatedSiteLocal: "private",
  linkLocal: "link_local",
  carrierGradeNat: "carrier_grade_nat",
  multicast: "multicast",
  unspecified: "unspecified",
  broadcast: "broadcast",
};

/** Amazon (also for containers), Google, Alibaba, Oracle; Azure's is in a public range. */
const METADATA = new Set([
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
]);

/** RFC 4291 section 2.4: the only global unicast space that IANA hands out. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");
/** RFC 6052 section 2.1; the last 32 bits are the IPv4 address that a gateway will reach. */
const NAT64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/** Parses one address as resolvers print it; IPv4-mapped IPv6 becomes IPv4, null if it is none. */
export function parseAddress(text: string): Address | null {
  if (isIPv4(text)) return ipaddr.IPv4.parse(text);
  if (!isIPv6(text)) return null;
  // ipaddr.js reads ::1.2.3.4 as mapped, which it is not; the URL parser spells it in hexadecimal.
  const url = URL.parse(`http://[${text.replace(/%.*/, "")}]`);
  return url && ipaddr.process(url.hostname.slice(1, -1));
}

/** Why outbound calls are kept from `address`, or null for one on the public internet. */
export function refusedKind(address: Address): RefusedKind | null {
  if (address.kind() === "ipv4") return refusedKindOfV4(address as ipaddr.IPv4);
  const v6 = address as ipaddr.IPv6;
  if (v6.isIPv4MappedAddress()) return refusedKindOfV4(v6.toIPv4Address());
  if (v6.match(NAT64)) return refusedKindOfV4(new ipaddr.IPv4(v6.toByteArray().slice(12)));
  if (METADATA.has(v6.toString())) return "metadata";
  const range = v6.range();
  // ipaddr.js calls everything it does not know unicast, ::/96 with an IPv4 address inside too.
  if (range === "unicast" && v6.match(GLOBAL_UNICAST)) return null;
  return kindOfRange[range] ?? "reserved";
}

function refusedKindOfV4(address: ipaddr.IPv4): RefusedKind | null {
  if (METADATA.has(address.toString())) return "metadata";
  const range = address.range();
  return range === "unicast" ? null : (kindOfRange[range] ?? "reserved");
}
