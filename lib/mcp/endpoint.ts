import {
  createMcpHandler,
  isJsonContentType,
  isLegacyRequest,
  ProtocolErrorCode,
  WebStandardStreamableHTTPServerTransport,
} from "@modelcontextprotocol/server";
import { authorize } from "#lib/core/authorize.ts";
import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, parseJson } from "#lib/core/json.ts";
import { log } from "#lib/core/log.ts";
import type { Permission } from "#lib/core/permissions.ts";
import { readText } from "#lib/http/body.ts";
import { takeTurn } from "#lib/http/rate-limit.ts";
import { findSnapshot } from "#lib/tenants/snapshot.ts";
import { serverFor } from "./server.ts";

/** What a method needs, told before the protocol begins: HTTP 403 is how MCP asks for a scope. */
const permissions = new Map<unknown, Permission>([
  ["tools/list", "tools:read"],
  ["tools/call", "tools:call"],
]);

const modernRevision = "2026-07-28";
/** The SDK refuses larger ones before it runs any of them. */
const largestBatch = 100;

const callers = new WeakMap<Request, Ctx>();

/** Serves the modern revision. Nothing is announced yet, so no stream is kept open for it. */
const modern = createMcpHandler(
  ({ requestInfo }) => {
    const ctx = requestInfo && callers.get(requestInfo);
    if (!ctx) throw new Error("The request was not admitted");
    return serverFor(ctx);
  },
  {
    legacy: "reject",
    maxSubscriptions: 0,
    onerror: (err) => log.debug({ err }, "an MCP request was refused"),
  },
);

function rpcError(status: number, code: number, message: string, headers = {}): Response {
  return Response.json({ jsonrpc: "2.0", error: { code, message }, id: null }, { status, headers });
}

/** Serves 2024-11-05 to 2025-11-25 without a session: one server a request, its answer plain JSON. */
async function serveLegacy(ctx: Ctx, request: Request, body: unknown): Promise<Response> {
  const server = await serverFor(ctx);
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  const { signal } = request;
  const gone = Promise.withResolvers<Response>();
  const leave = () => {
    // Ends what still runs; the status is for the log, since nobody reads the answer.
    void server.close();
    gone.resolve(new Response(null, { status: 499 }));
  };
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    const answer = transport.handleRequest(request, { parsedBody: body });
    return await Promise.race([answer, gone.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

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

/**
 * Answers one HTTP request to the tenant's MCP endpoint (Streamable HTTP, every revision), keeping
 * nothing between requests. Throws `insufficient_scope`, `payload_too_large` and `rate_limited`;
 * what else is wrong is a JSON-RPC error.
 */
export async function serveMcp(ctx: Ctx, request: Request): Promise<Response> {
  if (request.method !== "POST") {
    return rpcError(405, -32_000, "Method not allowed.", { allow: "POST" });
  }
  callers.set(request, ctx);
  if (!isJsonContentType(request.headers.get("content-type"))) return modern.fetch(request);
  const read = await readMessage(request);
  if ("refusal" in read) return read.refusal;
  const { body } = read;
  const messages = Array.isArray(body) ? body : [body];
  authorizeMessages(ctx, messages);
  if (messages.length > 1) await takeBatch(ctx, messages);
  if (await isLegacy(request, body)) return serveLegacy(ctx, request, body);
  return modern.fetch(request, { parsedBody: body });
}
