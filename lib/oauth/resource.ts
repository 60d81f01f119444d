import { tenantSlug } from "#lib/tenants/schema.ts";

/** One MCP endpoint as a protected resource (RFC 9728). */
export interface McpResource {
  /** Its path: `/mcp`, or `/t/{tenant_id}/mcp`. */
  path: string;
  /** The tenant in the path; null where the token says which. */
  tenantId: string | null;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** The MCP endpoint at a path, whether or not its tenant exists; null for any other path. */
export function mcpResourceAt(path: string): McpResource | null {
  const plain = path.length > 1 ? path.replace(/\/$/, "") : path;
  if (plain === "/mcp") return { path: plain, tenantId: null };
  const slug = /^\/t\/([^/]+)\/mcp$/.exec(plain)?.[1];
  if (slug === undefined || !tenantSlug.safeParse(slug).success) return null;
  return { path: plain, tenantId: slug };
}

/** True for two names of one server on this machine, such as localhost and 127.0.0.1. */
export function isSameServer(a: URL, b: URL): boolean {
  if (a.origin === b.origin) return true;
  if (a.protocol !== b.protocol || a.port !== b.port) return false;
  return loopback.has(a.hostname) && loopback.has(b.hostname);
}

/** The MCP endpoint of ours that a resource indicator (RFC 8707) names; null for any other. */
export function parseResource(indicator: string, publicUrl: string): McpResource | null {
  const url = URL.parse(indicator);
  if (url?.search !== "" || url.hash !== "" || url.username !== "") return null;
  return isSameServer(url, new URL(publicUrl)) ? mcpResourceAt(url.pathname) : null;
}
