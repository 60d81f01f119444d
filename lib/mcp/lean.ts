import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
  SERVER_INFO_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from "@modelcontextprotocol/server";
import type { Ctx } from "#lib/core/ctx.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { callTool } from "#lib/tools/calls/call.ts";
import { catalogOf } from "#lib/tools/catalog.ts";
import type { CallToolResult } from "#lib/tools/schema.ts";
import { toProtocolError } from "./errors.ts";
import { modernRevision } from "./modern.ts";
import { serverInfoOf } from "./server.ts";

/** A `tools/call` that is well formed in every way and asks for nothing but its answer. */
interface PlainCall {
  id: string | number;
  name: string;
  args: JsonObject;
  isModern: boolean;
}

const legacyRevisions = new Set<unknown>(SUPPORTED_PROTOCOL_VERSIONS);

function hasOnly(value: JsonObject, keys: readonly string[]): boolean {
  return Object.keys(value).every((key) => keys.includes(key));
}

const requestKeys = ["jsonrpc", "id", "method", "params"];
const paramsKeys = ["name", "arguments", "_meta"];

/** The envelope of the modern revision, where nothing in it changes how the call is answered. */
function isPlainEnvelope(meta: unknown): boolean {
  if (!isJsonObject(meta) || meta[PROTOCOL_VERSION_META_KEY] !== modernRevision) return false;
  const { [CLIENT_CAPABILITIES_META_KEY]: capabilities, [CLIENT_INFO_META_KEY]: info } = meta;
  if (!isJsonObject(capabilities) || !Object.values(capabilities).every(isJsonObject)) return false;
  const named =
    info === undefined ||
    (isJsonObject(info) && typeof info.name === "string" && typeof info.version === "string");
  return (
    named &&
    hasOnly(meta, [
      PROTOCOL_VERSION_META_KEY,
      CLIENT_CAPABILITIES_META_KEY,
      CLIENT_INFO_META_KEY,
    ]) &&
    (info === undefined || hasOnly(info as JsonObject, ["name", "version", "title"]))
  );
}

function eraOf(headers: Headers, name: string, meta: unknown): "modern" | "legacy" | null {
  const revision = headers.get("mcp-protocol-version");
  if (revision === modernRevision) {
    const agree = headers.get("mcp-method") === "tools/call" && headers.get("mcp-name") === name;
    return agree && isPlainEnvelope(meta) ? "modern" : null;
  }
  const isLegacy = revision === null || legacyRevisions.has(revision);
  return isLegacy && (meta === undefined || (isJsonObject(meta) && hasOnly(meta, [])))
    ? "legacy"
    : null;
}

function toPlainCall({ headers }: Request, body: unknown): PlainCall | null {
  const accept = headers.get("accept") ?? "";
  if (!accept.includes("application/json") || !accept.includes("text/event-stream")) return null;
  if (!isJsonObject(body) || body.jsonrpc !== "2.0" || body.method !== "tools/call") return null;
  const { id, params } = body;
  if (typeof id !== "string" && !Number.isSafeInteger(id)) return null;
  if (!hasOnly(body, requestKeys) || !isJsonObject(params) || !hasOnly(params, paramsKeys)) {
    return null;
  }
  const { name, arguments: args = {}, _meta } = params;
  if (typeof name !== "string" || !isJsonObject(args)) return null;
  const era = eraOf(headers, name, _meta);
  return era && { id: id as string | number, name, args, isModern: era === "modern" };
}

/** Revisions before 2026-07-28 know structured content as an object alone. */
function projected(result: CallToolResult, isModern: boolean): CallToolResult {
  const { structuredContent } = result;
  if (isModern || structuredContent === undefined || isJsonObject(structuredContent)) return result;
  return { ...result, structuredContent: { result: structuredContent } };
}

async function toMessage(ctx: Ctx, call: PlainCall, signal: AbortSignal): Promise<JsonObject> {
  const { id, name, args, isModern } = call;
  try {
    const result = projected(
      await callTool(ctx, { mcpName: name, arguments: args }, { signal }),
      isModern,
    );
    if (!isModern) return { jsonrpc: "2.0", id, result };
    const _meta = { ...result._meta, [SERVER_INFO_META_KEY]: await serverInfoOf(ctx) };
    return { jsonrpc: "2.0", id, result: { ...result, resultType: "complete", _meta } };
  } catch (error) {
    const { code, message, data } = toProtocolError(error, ctx.requestId);
    return { jsonrpc: "2.0", id, error: { code, message, data } };
  }
}

/**
 * Answers the calls that make up almost all traffic without the SDK, which costs more than all the
 * rest of them: a well-formed call, outside a session, of a tool that answers with one message.
 * Null for any other message. The SDK's own answer is the measure: lean.db.test.ts compares them.
 */
export async function servePlainCall(
  ctx: Ctx,
  request: Request,
  body: unknown,
): Promise<Response | null> {
  const call = toPlainCall(request, body);
  if (!call) return null;
  const tool = (await catalogOf(ctx.tenantId)).byMcpName.get(call.name);
  if (!tool?.isPlain) return null;
  const message = await toMessage(ctx, call, request.signal);
  return new Response(JSON.stringify(message), { headers: { "content-type": "application/json" } });
}
