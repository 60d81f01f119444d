import { STATUS_CODES } from "node:http";
import type { EgressResponse } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, parseJson } from "#lib/core/json.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CallToolResult } from "../schema.ts";

type Content = CallToolResult["content"][number];

const textTypes =
  /^(text\/.*|.*[+/](xml|yaml|x-yaml|javascript|ecmascript|graphql|toml|x-www-form-urlencoded|x-ndjson|jsonl))$/;
const jsonTypes = /^(application|text)\/([\w.-]+\+)?json$/;
const mostOfAFailure = 2_000;

/** Media type in lower case and charset of a Content-Type; empty where it says none. */
function typeOf(headers: Headers): { type: string; charset: string } {
  const [type = "", ...parameters] = (headers.get("content-type") ?? "").split(";");
  const charset = parameters.map((part) => /^\s*charset\s*=\s*"?([^"\s]+)/i.exec(part)?.[1]);
  return { type: type.trim().toLowerCase(), charset: charset.find(Boolean) ?? "utf-8" };
}

function decode(body: Uint8Array, charset: string): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return new TextDecoder().decode(body);
  }
}

/** The body as text where it is text whatever its header says, else null. */
function sniffText(body: Uint8Array): string | null {
  if (body.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return null;
  }
}

function fromJson(text: string): CallToolResult {
  const structuredContent = parseJson(text);
  return { content: [{ type: "text", text }], structuredContent };
}

function fromText(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

function fromBytes(body: Uint8Array, type: string, mcpName: string): Content {
  const data = Buffer.from(body).toString("base64");
  if (type.startsWith("image/")) return { type: "image", data, mimeType: type };
  if (type.startsWith("audio/")) return { type: "audio", data, mimeType: type };
  const mimeType = type === "" ? "application/octet-stream" : type;
  const uri = `tausestack:tools/${encodeURIComponent(mcpName)}/result`;
  return { type: "resource", resource: { uri, mimeType, blob: data } };
}

function statusText(status: number): string {
  const words = STATUS_CODES[status];
  return words === undefined ? String(status) : `${status} ${words}`;
}

function failure({ status, headers, body }: EgressResponse): ToolError {
  const { type, charset } = typeOf(headers);
  const isText = type === "" || jsonTypes.test(type) || textTypes.test(type);
  const said = isText ? decode(body.subarray(0, 4 * mostOfAFailure), charset).trim() : "";
  const shown = said.length > mostOfAFailure ? `${said.slice(0, mostOfAFailure)} …` : said;
  const line = `The tool's endpoint answered ${statusText(status)}`;
  return new ToolError("endpoint_failed", shown === "" ? `${line}.` : `${line}: ${shown}`);
}

/** The body as text, for whoever tests the tool; null for bytes that are none. */
export function textOf({ headers, body }: EgressResponse): string | null {
  const { type, charset } = typeOf(headers);
  const isText = jsonTypes.test(type) || textTypes.test(type);
  return isText ? decode(body, charset) : sniffText(body);
}

/** How a tool wants its endpoint's answers read. */
export interface Reading {
  mcpName: string;
  /** `auto`: by the Content-Type. */
  type: "auto" | "json" | "text" | "binary";
  /** Takes what is wanted out of a JSON answer. */
  select?: (value: unknown) => unknown | Promise<unknown>;
}

/** What is wanted of a JSON answer, where the tool says so. */
async function selected(
  result: CallToolResult,
  { select, mcpName }: Reading,
): Promise<CallToolResult> {
  if (!select) return result;
  if (!("structuredContent" in result)) {
    throw new ToolError(
      "response_mapping_failed",
      `The endpoint of ${mcpName} answered no JSON, which response.select needs.`,
    );
  }
  const structuredContent = await select(result.structuredContent);
  const isText = typeof structuredContent === "string";
  const text = isText ? structuredContent : JSON.stringify(structuredContent);
  return { content: [{ type: "text", text }], structuredContent };
}

/**
 * An endpoint's answer as a tool's result: JSON as structured content with its text, text as text,
 * pictures and sound as such, other bytes as an embedded resource. Throws `ToolError` for a status
 * other than 2xx, for JSON that is none, and where what is wanted of it cannot be had.
 */
export async function toToolResult(
  answer: EgressResponse,
  reading: Reading,
): Promise<CallToolResult> {
  const { status, body } = answer;
  if (status < 200 || status > 299) throw failure(answer);
  if (body.length === 0)
    return fromText(`The endpoint answered ${statusText(status)}, no content.`);
  return selected(read(answer, reading), reading);
}

function read({ status, headers, body }: EgressResponse, reading: Reading): CallToolResult {
  const { type, charset } = typeOf(headers);
  const { mcpName, type: wanted } = reading;
  if (wanted === "binary") return { content: [fromBytes(body, type, mcpName)] };
  try {
    if (wanted === "json" || (wanted === "auto" && jsonTypes.test(type))) {
      return fromJson(decode(body, charset));
    }
    if (wanted === "text" || textTypes.test(type)) return fromText(decode(body, charset));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reason = error.message.replace(/^The body is not valid JSON: /, "");
    throw new ToolError(
      "endpoint_invalid_json",
      `The tool's endpoint answered ${statusText(status)} as ${type}, but its JSON cannot be read: ${reason}`,
    );
  }
  const text = type === "" ? sniffText(body) : null;
  if (text === null) return { content: [fromBytes(body, type, mcpName)] };
  try {
    return isJsonObject(JSON.parse(text)) ? fromJson(text) : fromText(text);
  } catch {
    return fromText(text);
  }
}
