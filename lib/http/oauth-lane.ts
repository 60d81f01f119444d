import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "#lib/core/errors.ts";
import { log } from "#lib/core/log.ts";
import { toProblem } from "#lib/core/problem.ts";
import { consentUid } from "#lib/oauth/interaction.ts";
import { oauthProvider } from "#lib/oauth/provider.ts";
import { clientAddress } from "./api-lane.ts";
import { takeConsent } from "./oauth-consent.ts";
import { oauthErrorPage } from "./oauth-error-page.ts";
import { describedAt, resourceMetadata } from "./oauth-metadata.ts";
import { publicUrl } from "./origin.ts";
import { RateLimited, takeRequest } from "./rate-limit.ts";

/** Of one address: what anybody may make us write or fetch. */
const perMinute = { register: 20, fetch: 60, authorize: 300 };

const serverMetadata = new Set([
  "/.well-known/oauth-authorization-server",
  "/.well-known/openid-configuration",
]);

/** What pages of any origin may call: all but what a person's browser visits with its cookies. */
function isOpenToPages(path: string): boolean {
  return !/^\/(oauth\/authorize|consent)(\/|$)/.test(path);
}

function allowPages(response: ServerResponse): void {
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-expose-headers", "www-authenticate, retry-after");
}

function answerPreflight(request: IncomingMessage, response: ServerResponse): void {
  response
    .writeHead(204, {
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "",
      "access-control-max-age": "3600",
    })
    .end();
}

function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(JSON.stringify(body));
}

/** Tells Koa the public address and the client's, in the place of what a client or proxy wrote. */
function readdress(request: IncomingMessage): void {
  const own = new URL(publicUrl());
  request.headers["x-forwarded-host"] = own.host;
  request.headers["x-forwarded-proto"] = own.protocol.slice(0, -1);
  request.headers["x-forwarded-for"] = clientAddress(request) ?? "";
}

const addresses = new WeakMap<object, string>();

async function mayFetch(request: object): Promise<boolean> {
  try {
    await takeRequest(`oauth-fetch ${addresses.get(request)}`, perMinute.fetch);
    return true;
  } catch (error) {
    if (error instanceof RateLimited) return false;
    throw error;
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, path: string) {
  const issuer = publicUrl();
  addresses.set(request, clientAddress(request) ?? "");
  const limited = /^\/oauth\/(register|authorize)$/.exec(path)?.[1];
  if (limited === "register" || limited === "authorize") {
    await takeRequest(`oauth-${limited} ${addresses.get(request)}`, perMinute[limited]);
  }
  readdress(request);
  const provider = await oauthProvider({ issuer, mayFetch, errorPage: oauthErrorPage });
  const uid = consentUid(path);
  if (uid !== null) return takeConsent(provider, request, response, uid);
  await provider.callback()(request, response);
}

/** RFC 6749, section 5.2, for the clients of the server; what failed of ours is logged alone. */
function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  if (!(error instanceof AppError)) log.error({ err: error }, "the authorization server failed");
  const { status, detail } = toProblem(error, "");
  const code = status === 429 ? "temporarily_unavailable" : "invalid_request";
  const headers =
    error instanceof RateLimited
      ? { ...error.headers, "retry-after": String(error.retryAfterSeconds ?? 60) }
      : {};
  sendJson(
    response,
    status,
    { error: status >= 500 ? "server_error" : code, error_description: detail },
    { "cache-control": "no-store", ...headers },
  );
}

function isOurs(request: IncomingMessage, path: string): boolean {
  if (consentUid(path) !== null) return request.method === "POST";
  return serverMetadata.has(path) || path.startsWith("/oauth/");
}

/**
 * The authorization server's lane: metadata, registration, authorization, tokens, and the answer of
 * the consent page. The function returned is false for any other address.
 */
export function createOAuthLane(): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const described = describedAt(path);
    if (!described && !isOurs(request, path)) return false;
    response.setHeader("x-content-type-options", "nosniff");
    if (isOpenToPages(path)) {
      allowPages(response);
      if (request.method === "OPTIONS") {
        answerPreflight(request, response);
        return true;
      }
    }
    if (described && request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405, { allow: "GET, HEAD, OPTIONS" }).end();
      return true;
    }
    if (described) {
      const metadata = resourceMetadata(described, request.headers.host ?? null);
      sendJson(response, 200, metadata, { "cache-control": "public, max-age=300" });
      return true;
    }
    serve(request, response, path).catch((error: unknown) => refuse(response, error));
    return true;
  };
}
