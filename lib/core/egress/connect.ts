import { type LookupAddress, lookup } from "node:dns";
import { isIP, isIPv6, type LookupFunction } from "node:net";
import { LRUCache } from "lru-cache";
import { Agent, buildConnector, Pool } from "undici";
import { parseAddress, refusedKind, refusedKindNames } from "./addresses.ts";
import { allows, type EgressPolicy } from "./allow-list.ts";
import { EgressError } from "./error.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const CONNECTIONS_PER_ORIGIN = 256;
const IDLE_MS = 4_000;
/** However long a server says it keeps an idle connection. */
const IDLE_MAX_MS = 30_000;
const POLICIES_KEPT = 1_000;

/**
 * Why `host` must not be called on `port`, or null. One refused address among those it resolves to
 * refuses the host: whoever controls the name also controls which of them is answered next.
 */
export function findRefusal(
  host: string,
  port: number,
  addresses: readonly string[],
  policy: EgressPolicy,
): EgressError | null {
  const literal = isIP(host) !== 0;
  for (const text of addresses) {
    const address = parseAddress(text);
    const kind = address ? refusedKind(address) : "reserved";
    if (kind === null) continue;
    if (address && allows(policy, host, port, address, kind === "metadata")) continue;
    if (kind === "metadata" && !literal) {
      const message = `${host} resolves to a cloud metadata address, which is never called by name`;
      return new EgressError("egress_blocked", message);
    }
    // As the allow list spells it: a mapped address is its IPv4 address there.
    const name = literal && address ? address.toString() : host;
    const entry = `${isIPv6(name) ? `[${name}]` : name}:${port}`;
    return new EgressError(
      "egress_blocked",
      `${host} ${literal ? "is" : "resolves to"} ${refusedKindNames[kind]}; ` +
        `the operator can allow it with TAUSESTACK_EGRESS_ALLOW=${entry}`,
    );
  }
  return null;
}

/**
 * The agent of a policy: every connection it opens is checked, and connections are kept only among
 * calls under an equal policy, so that what one tenant may reach never carries another's call.
 */
export function agentFor(policy: EgressPolicy): Agent {
  const kept = agents.get(policy.key);
  if (kept) return kept;
  const agent = new Agent({
    factory: (origin) => new Pool(origin, poolOptions(new URL(origin), policy)),
  });
  agents.set(policy.key, agent);
  return agent;
}

// Closing lets the calls under way finish.
const agents = new LRUCache<string, Agent>({
  max: POLICIES_KEPT,
  dispose: (agent) => void agent.close(),
});

function poolOptions(origin: URL, policy: EgressPolicy): Pool.Options {
  const port = Number(origin.port) || (origin.protocol === "https:" ? 443 : 80);
  return {
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MAX_MS,
    // The calls keep their own time.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: checkedConnector(port, policy),
  };
}

function checkedConnector(port: number, policy: EgressPolicy): buildConnector.connector {
  const connect = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    // One call to a connection: a stream that breaks takes no other tenant's call with it.
    allowH2: false,
    lookup: checkedLookup(port, policy),
  });
  return (options, callback) => {
    // Node does not ask the lookup about an address.
    const { hostname } = options;
    const refusal = isIP(hostname) ? findRefusal(hostname, port, [hostname], policy) : null;
    if (refusal) process.nextTick(callback, refusal, null);
    else connect(options, callback);
  };
}

/** What asks the system's resolver for all the addresses of a name. */
type Resolver = typeof lookup;

/** The socket connects to exactly what this answers, so no second resolution can differ. */
export function checkedLookup(
  port: number,
  policy: EgressPolicy,
  resolver: Resolver = lookup,
): LookupFunction {
  return (host, options, callback) => {
    resolver(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, []);
      const addresses = found.map(({ address }) => address);
      const refusal = findRefusal(host, port, addresses, policy);
      const [first] = found;
      if (refusal || !first) callback(refusal ?? new Error("no address"), []);
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}
