import { STATUS_CODES } from "node:http";
import type { EgressResponse } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, parseJson } from "#lib/core/json.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { HttpConfig } from "../config/http-config.ts";
import type { CallToolResult } from "../schema.ts";
import { contentTypeOf, decodeText, sniffText } from "./charset.ts";
import { type RecordFormat, readRecords, recordFormatOf } from "./records.ts";

type Content = CallToolResult["content"][number];

const textTypes =
  /^(text\/.*|.*[+/](xml|yaml|x-yaml|javascript|ecmascript|graphql|toml|x-www-form-urlencoded))$/;
const jsonTypes = /^(application|text)\/([\w.-]+\+)?json$/;
const mostOfAFailure = 2_000;

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

/** Whether its type says that an answer is text. */
function isTextual(type: string): boolean {
  return jsonTypes.test(type) || textTypes.test(type) || recordFormatOf(type) !== null;
}

function failure({ status, headers, body }: EgressResponse): ToolError {
  const { type } = contentTypeOf(headers);
  const isText = type === "" || isTextual(type);
  const said = isText ? decodeText(headers, body.subarray(0, 4 * mostOfAFailure)).trim() : "";
  const shown = said.length > mostOfAFailure ? `${said.slice(0, mostOfAFailure)} …` : said;
  const line = `The tool's endpoint answered ${statusText(status)}`;
  return new ToolError("endpoint_failed", shown === "" ? `${line}.` : `${line}: ${shown}`);
}

/** The body as text, for whoever tests the tool; null for bytes that are none. */
export function textOf({ headers, body }: EgressResponse): string | null {
  return isTextual(contentTypeOf(headers).type) ? decodeText(headers, body) : sniffText(body);
}

/** How a tool wants its endpoint's answers read. */
export interface Reading {
  mcpName: string;
  /** `auto`: by the Content-Type. */
  type: HttpConfig["response"]["type"];
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

/** 304 answers a request that asked only for what is newer (RFC 9110, section 15.4.5). */
function isSuccess(status: number): boolean {
  return (status >= 200 && status <= 299) || status === 304;
}

/**
 * An endpoint's answer as a tool's result: JSON as structured content with its text, events and
 * records as a list of them, text as text, pictures and sound as such, other bytes as an embedded
 * resource. Throws `ToolError` for a status other than 2xx and 304, for JSON that is none, and where
 * what is wanted of it cannot be had.
 */
export async function toToolResult(
  answer: EgressResponse,
  reading: Reading,
): Promise<CallToolResult> {
  const { status, body } = answer;
  if (!isSuccess(status)) throw failure(answer);
  if (body.length === 0)
    return fromText(`The endpoint answered ${statusText(status)}, no content.`);
  return selected(read(answer, reading), reading);
}

/** The format of many values that the tool says its answer has, or else its Content-Type. */
export function formatOf(wanted: Reading["type"], type: string): RecordFormat | null {
  if (wanted === "events") return "events";
  if (wanted === "json_lines") return "lines";
  return wanted === "auto" || wanted === "json" ? recordFormatOf(type) : null;
}

/** As JSON, or null for a text that is none. */
function tryJson(text: string): CallToolResult | null {
  try {
    return fromJson(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return null;
  }
}

function readText(answer: EgressResponse, { type: wanted, select }: Reading): CallToolResult {
  const { headers, body } = answer;
  const text = decodeText(headers, body);
  const { type } = contentTypeOf(headers);
  const format = formatOf(wanted, type);
  if (format !== null) {
    return { ...fromText(text), structuredContent: readRecords(format, text) };
  }
  if (wanted === "json" || (wanted === "auto" && jsonTypes.test(type))) return fromJson(text);
  // Not few endpoints call their JSON a text, and `select` says that it is none.
  return (wanted === "auto" && select && tryJson(text)) || fromText(text);
}

function read(answer: EgressResponse, reading: Reading): CallToolResult {
  const { status, headers, body } = answer;
  const { type } = contentTypeOf(headers);
  const { mcpName, type: wanted, select } = reading;
  if (wanted === "binary") return { content: [fromBytes(body, type, mcpName)] };
  try {
    if (wanted !== "auto" || isTextual(type)) return readText(answer, reading);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reason = error.message.replace("The body is not valid JSON: ", "");
    throw new ToolError(
      "endpoint_invalid_json",
      `The tool's endpoint answered ${statusText(status)} as ${type || "no type"}, but its JSON cannot be read: ${reason}`,
    );
  }
  const text = type === "" || select ? sniffText(body) : null;
  const json = text === null ? null : tryJson(text);
  if (json && (select || isJsonObject(json.structuredContent))) return json;
  const isText = type === "" && text !== null;
  return isText ? fromText(text) : { content: [fromBytes(body, type, mcpName)] };
}
