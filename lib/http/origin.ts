import { env } from "#lib/core/env.ts";
import { singleton } from "#lib/core/singleton.ts";

const listening = singleton<{ port: number | null }>("listening", () => ({ port: null }));

/** Remembers the port that the system gave, where PORT was 0. */
export function noteListening(port: number): void {
  listening.port = port;
}

/** The address that clients use, without a trailing slash. */
export function publicUrl(): string {
  const { TAUSESTACK_PUBLIC_URL, HOST, PORT } = env();
  if (TAUSESTACK_PUBLIC_URL) return TAUSESTACK_PUBLIC_URL.replace(/\/+$/, "");
  const host = HOST === "0.0.0.0" || HOST === "::" ? "localhost" : HOST;
  const port = listening.port ?? PORT;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** CORS headers for an allowed origin; empty for others, which browsers then refuse. */
export function corsHeaders(origin: string | null): Record<string, string> {
  if (origin === null || !env().TAUSESTACK_CORS_ORIGINS.includes(origin)) return {};
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-headers":
      "authorization, content-type, x-api-key, x-tenant-id, x-request-id, if-match, mcp-protocol-version, mcp-session-id, mcp-method, mcp-name, last-event-id",
    "access-control-allow-methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "access-control-expose-headers":
      "link, etag, x-request-id, retry-after, ratelimit, ratelimit-policy, mcp-session-id, www-authenticate",
    "access-control-max-age": "600",
    vary: "origin",
  };
}

/** True when a browser's request comes from one of our own pages, or not from a page at all. */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = request.headers.get("origin");
  return origin === null || URL.parse(origin)?.host === request.headers.get("host");
}
