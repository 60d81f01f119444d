import { localhostAllowedHostnames, validateHostHeader } from "@modelcontextprotocol/server";
import { env } from "#lib/core/env.ts";
import { AppError } from "#lib/core/errors.ts";
import { publicUrl } from "#lib/http/origin.ts";

const loopback = new Set(["localhost", "127.0.0.1", "::1"]);

/**
 * Keeps web pages of others out (MCP, transports, security warning): on loopback the Host header
 * must name this machine or the public URL, so that no page reaches us by rebinding a name of its
 * own; and an Origin must be ours or one of TAUSESTACK_CORS_ORIGINS. Throws `forbidden` and
 * `origin_not_allowed` (403).
 */
export function refuseForeignPages(request: Request): void {
  const own = new URL(publicUrl());
  const host = request.headers.get("host") ?? new URL(request.url).host;
  if (loopback.has(env().HOST)) {
    const allowed = [...localhostAllowedHostnames(), own.hostname];
    if (!validateHostHeader(host, allowed).ok) {
      throw new AppError(
        "forbidden",
        "The Host header does not name this server. Set TAUSESTACK_PUBLIC_URL to the address that clients use.",
      );
    }
  }
  const origin = request.headers.get("origin");
  if (origin === null || origin === own.origin) return;
  if (URL.parse(origin)?.host === host || env().TAUSESTACK_CORS_ORIGINS.includes(origin)) return;
  throw new AppError(
    "origin_not_allowed",
    "Pages of this origin may not call the server. The operator can add it to TAUSESTACK_CORS_ORIGINS.",
  );
}
