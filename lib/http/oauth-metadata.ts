import { isSameServer, type McpResource, mcpResourceAt } from "#lib/oauth/resource.ts";
import { oauthScopes } from "#lib/oauth/scopes.ts";
import { publicUrl } from "./origin.ts";

const wellKnown = "/.well-known/oauth-protected-resource";

/** The MCP endpoint whose metadata (RFC 9728, section 3) stands at a path; null for other paths. */
export function describedAt(path: string): McpResource | null {
  if (path !== wellKnown && !path.startsWith(`${wellKnown}/`)) return null;
  return mcpResourceAt(path.slice(wellKnown.length) || "/mcp");
}

/**
 * The public address, by the name that the client used for it where both are names of this machine:
 * clients compare the resource with the address that they were given.
 */
function addressedAs(host: string | null): string {
  const own = new URL(publicUrl());
  const used = host === null ? null : URL.parse(`${own.protocol}//${host}`);
  return used && isSameServer(used, own) ? used.origin : own.origin;
}

/** The metadata of a protected resource; the same for every well-formed tenant, there or not. */
export function resourceMetadata(resource: McpResource, host: string | null) {
  return {
    resource: addressedAs(host) + resource.path,
    authorization_servers: [publicUrl()],
    scopes_supported: oauthScopes,
    bearer_methods_supported: ["header"],
    resource_name: "TauseStack MCP",
  };
}

/** The MCP endpoint that a request is for; null for other routes. */
export function resourceOf(request: Request): McpResource | null {
  return mcpResourceAt(new URL(request.url).pathname);
}

/** Where the metadata of an MCP endpoint stands, for a client that used this Host header. */
export function metadataAddress(resource: McpResource, host: string | null): string {
  return addressedAs(host) + wellKnown + resource.path;
}
