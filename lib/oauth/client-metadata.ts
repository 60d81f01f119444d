import { errors } from "oidc-provider";

/** The client metadata (RFC 7591) that we look at, as the client sent it. */
interface Metadata {
  redirect_uris?: unknown;
  application_type?: unknown;
  grant_types?: unknown;
  response_types?: unknown;
  scope?: unknown;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
const supportedGrants = ["authorization_code", "refresh_token"];

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A program on the person's own machine: it listens on loopback, or has a scheme of its own. */
function isNative(uri: string): boolean {
  const url = URL.parse(uri);
  if (!url) return false;
  return url.protocol === "http:" ? loopback.has(url.hostname) : url.protocol !== "https:";
}

function refuseClearText(uri: string): void {
  const url = URL.parse(uri);
  if (url?.protocol !== "http:" || loopback.has(url.hostname)) return;
  throw new errors.InvalidClientMetadata(
    "redirect_uris must use https, unless they lead to this machine (OAuth 2.1, section 2.3.1)",
  );
}

/**
 * Fits what MCP clients send to what is served, in place: most name no application type, some name
 * grants for other servers, and a `scope` here would forbid asking for more later.
 */
export function fitClientMetadata(metadata: object): void {
  const client: Metadata = metadata;
  const uris = texts(client.redirect_uris);
  uris.forEach(refuseClearText);
  client.application_type = uris.some(isNative) ? "native" : "web";
  const grants = texts(client.grant_types).filter((name) => supportedGrants.includes(name));
  if (grants.length > 0) client.grant_types = grants;
  delete client.scope;
}
