import {
  isJsonContentType,
  isLegacyRequest,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, parseJson } from "#lib/core/json.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { stillAdmitted } from "#lib/http/authenticate.ts";
import { readText } from "#lib/http/body.ts";
import { takeTurn } from "#lib/http/rate-limit.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { rpcError } from "./errors.ts";
import { servePlainCall } from "./lean.ts";
import { serveLegacy } from "./legacy.ts";
import { modernRevision, serveModern } from "./modern.ts";
import { findSession, serveSession } from "./sessions.ts";
import { serveListen } from "./streams.ts";

/** What a method needs, told before the protocol begins: HTTP 403 is how MCP asks for a scope. */
const permissions = new Map<unknown, Permission>([
  ["tools/list", "tools:read"],
  ["tools/call", "tools:call"],
  ["resources/list", "resources:read"],
  ["resources/templates/list", "resources:read"],
  ["resources/read", "resources:read"],
  ["resources/subscribe", "resources:read"],
  ["tasks/get", "tools:call"],
  ["tasks/update", "tools:call"],
  ["tasks/cancel", "tools:call"],
  ["prompts/list", "prompts:read"],
  ["prompts/get", "prompts:read"],
]);

/** The SDK refuses larger ones before it runs any of them. */
const largestBatch = 100;

/** Each message of a batch (2025-03-26) takes its part of the rate limit; the first has taken its. */
async function takeBatch(ctx: Ctx, messages: readonly unknown[]): Promise<void> {
  const limit = (await findSnapshot(ctx.tenantId))?.requestsPerMinute;
  if (limit === undefined) return;
  for (const _ of messages.slice(1, largestBatch)) await takeTurn(ctx, limit);
}

function authorizeMessages(ctx: Ctx, messages: readonly unknown[]): void {
  for (const message of messages) {
    const permission = isJsonObject(message) ? permissions.get(message.method) : undefined;
    if (permission) authorize(ctx, permission);
  }
}

async function readMessage(request: Request): Promise<{ body: unknown } | { refusal: Response }> {
  try {
    return { body: parseJson(await readText(request)) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_json") throw error;
    return {
      refusal: rpcError(400, ProtocolErrorCode.ParseError, `Parse error: ${error.message}`),
    };
  }
}

/** The modern handler owns all that names its revision in the header, to refuse it where need be. */
async function isLegacy(request: Request, body: unknown): Promise<boolean> {
  if (request.headers.get("mcp-protocol-version") === modernRevision) return false;
  return isLegacyRequest(request, body);
}

function noSession(): Response {
  return rpcError(
    404,
    -32_001,
    "There is no such session here: it has ended, or lives on another process. Send `initialize` without Mcp-Session-Id to begin another.",
  );
}

/**
 * Answers one HTTP request to the tenant's MCP endpoint (Streamable HTTP, every revision). Modern
 * clients and legacy ones without a session leave nothing behind. Throws `insufficient_scope`,
 * `payload_too_large` and `rate_limited`; what else is wrong is a JSON-RPC error.
 */
export async function serveMcp(ctx: Ctx, request: Request): Promise<Response> {
  const recheck = () => stillAdmitted(request, ctx);
  const sessionId = request.headers.get("mcp-session-id");
  const session = sessionId === null ? null : findSession(ctx, sessionId);
  if (request.method !== "POST") {
    if (session) return serveSession(session, ctx, request, undefined, recheck);
    if (sessionId !== null) return noSession();
    return rpcError(405, -32_000, "Method not allowed.", { allow: "POST" });
  }
  if (!isJsonContentType(request.headers.get("content-type"))) {
    return serveModern(ctx, request, undefined);
  }
  const read = await readMessage(request);
  if ("refusal" in read) return read.refusal;
  const { body } = read;
  const messages = Array.isArray(body) ? body : [body];
  authorizeMessages(ctx, messages);
  if (messages.length > 1) await takeBatch(ctx, messages);
  const plain = sessionId === null ? await servePlainCall(ctx, request, body) : null;
  if (plain) return plain;
  if (await isLegacy(request, body)) {
    if (session) return serveSession(session, ctx, request, body, recheck);
    if (sessionId !== null) return noSession();
    return serveLegacy(ctx, request, body, recheck);
  }
  const listens = isJsonObject(body) && body.method === "subscriptions/listen";
  return listens ? serveListen(ctx, request, body, recheck) : serveModern(ctx, request, body);
}
