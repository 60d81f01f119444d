import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { clientHeader, pathHeader } from "#lib/auth/session-token.ts";
import { consentUid, findInteraction, formSource } from "#lib/oauth/interaction.ts";
import { clientAddress } from "./api-lane.ts";
import { publicUrl } from "./origin.ts";

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The page on which a person lets an application in: its form's answer leads to the application. */
async function formTargets(url: string): Promise<string[]> {
  const uid = consentUid(url.split("?", 1)[0] ?? "");
  const interaction = uid === null ? null : await findInteraction(uid);
  return interaction ? [formSource(interaction.redirectUri)] : [];
}

function contentSecurityPolicy(nonce: string, dev: boolean, targets: string[]): string {
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    // Radix and Recharts position by style attributes, which nonces do not cover.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${dev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    ["form-action 'self'", ...targets].join(" "),
    "frame-ancestors 'none'",
  ];
  return directives.join("; ");
}

/** Adds the security headers of pages; Next takes the nonce of its scripts from the request's CSP. */
export function createPagesLane(next: NodeHandler, options: { dev: boolean }): NodeHandler {
  const secure = publicUrl().startsWith("https:");
  return async (request, response) => {
    const nonce = randomBytes(16).toString("base64");
    const targets = await formTargets(request.url ?? "/");
    const policy = contentSecurityPolicy(nonce, options.dev, targets);
    request.headers["content-security-policy"] = policy;
    request.headers["x-nonce"] = nonce;
    request.headers[clientHeader] = clientAddress(request) ?? "";
    request.headers[pathHeader] = request.url ?? "/";
    response.setHeader("content-security-policy", policy);
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("x-frame-options", "DENY");
    response.setHeader("referrer-policy", "strict-origin-when-cross-origin");
    response.setHeader("permissions-policy", "camera=(), microphone=(), geolocation=()");
    response.setHeader("cross-origin-opener-policy", "same-origin");
    if (secure) response.setHeader("strict-transport-security", "max-age=31536000");
    await next(request, response);
  };
}
