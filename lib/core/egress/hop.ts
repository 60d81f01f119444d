import type { RawHeaders } from "./decode.ts";
import { EgressError } from "./error.ts";

/** One request of a call; a redirect makes the next. Header names are lower case. */
export interface Hop {
  url: URL;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | null;
  /** The body holds credentials. */
  secretBody?: boolean;
}

/** The connection's own headers (RFC 9110 section 7.6.1) and those that name or frame the message. */
const NOT_FORWARDED = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const SECRET_NAME =
  /auth|cookie|token|secret|passw|credential|session|signature|api-?key|(^|-)key$/;

/** Parses an address to call: http or https, no userinfo. Throws `egress_invalid_url`. */
export function parseTarget(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (!url) throw new EgressError("egress_invalid_url", "the address is not a valid URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    const message = `only http and https addresses can be called, not ${url.protocol}`;
    throw new EgressError("egress_invalid_url", message);
  }
  if (url.username !== "" || url.password !== "") {
    const message = "the URL carries a user name or password; send credentials in a header instead";
    throw new EgressError("egress_invalid_url", message);
  }
  if (url.port === "0") throw new EgressError("egress_invalid_url", "port 0 cannot be called");
  // One spelling for the allow list, the pool and TLS, which knows no trailing dot.
  if (url.hostname.endsWith(".")) url.hostname = url.hostname.slice(0, -1);
  return url;
}

/** The first request of a call. Throws `egress_invalid_url` or `egress_invalid_request`. */
export function firstHop(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array | null,
): Hop {
  const verb = method.toUpperCase();
  if (verb === "CONNECT" || verb === "TRACE" || verb === "TRACK") {
    throw new EgressError("egress_invalid_request", `the method ${verb} cannot be sent`);
  }
  const sent: Record<string, string> = {
    "user-agent": "TauseStack",
    "accept-encoding": "gzip, br",
  };
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!NOT_FORWARDED.has(lower)) sent[lower] = value;
  }
  return { url: parseTarget(url), method: verb, headers: sent, body };
}

/** Where an answer sends its caller, or null if it does not. */
export function redirectOf(status: number, headers: RawHeaders): string | null {
  if (![301, 302, 303, 307, 308].includes(status)) return null;
  const location = headers.location;
  return (typeof location === "string" ? location : location?.[0]) ?? null;
}

/**
 * The request that a redirect asks for, by the Fetch standard (HTTP-redirect fetch): 303 and a POST
 * answered with 301 or 302 become GET without body. Towards another origin, headers that hold
 * credentials by their name or by `secretHeaders` (lower case) are left out, from then on; a body
 * that holds some is not sent there. Throws `egress_blocked`.
 */
export function nextHop(
  hop: Hop,
  status: number,
  location: string,
  secretHeaders: ReadonlySet<string>,
): Hop {
  const url = parseLocation(location, hop.url);
  const toGet =
    (status === 303 && hop.method !== "GET" && hop.method !== "HEAD") ||
    ((status === 301 || status === 302) && hop.method === "POST");
  const sameOrigin = url.origin === hop.url.origin;
  if (!sameOrigin && !toGet && hop.secretBody && hop.body !== null) {
    const message = `${hop.url.host} redirects credentials in the body to another origin`;
    throw new EgressError("egress_blocked", message);
  }
  const headers = Object.fromEntries(
    Object.entries(hop.headers).filter(([name]) => {
      if (toGet && name.startsWith("content-")) return false;
      return sameOrigin || !(SECRET_NAME.test(name) || secretHeaders.has(name));
    }),
  );
  const body = toGet ? null : hop.body;
  return { ...hop, url, method: toGet ? "GET" : hop.method, headers, body };
}

function parseLocation(location: string, base: URL): URL {
  try {
    // Header bytes come as Latin-1; servers send UTF-8.
    return parseTarget(Buffer.from(location, "latin1").toString("utf8"), base);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw new EgressError(error.code, `${base.host} redirects elsewhere: ${error.message}`);
  }
}
