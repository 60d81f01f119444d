import { upgrade } from "@scalar/openapi-upgrader";
import { parseDocument as parseYaml, visit } from "yaml";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "#lib/core/json.ts";

/** Deeper documents are no API's; every walk below may recurse as deep as this. */
const deepest = 200;
/** YAML's aliases can make a small text a huge document: nodes that may come of one. */
const mostNodes = 3_000_000;

function refuse(detail: string, cause?: unknown): AppError {
  return new AppError("invalid_request", detail, cause === undefined ? {} : { cause });
}

function fromJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`The document cannot be read: ${reason.replace("body", "document")}`, cause);
  }
}

function fromYaml(text: string): unknown {
  try {
    const parsed = parseYaml(text, { schema: "core", prettyErrors: true, uniqueKeys: false });
    const [error] = parsed.errors;
    if (error) throw error;
    let merged = false;
    visit(parsed, {
      Alias() {
        merged = true;
        return visit.BREAK;
      },
    });
    const value: unknown = parsed.toJS({ maxAliasCount: 1000 });
    // Aliases share one object; as JSON each place has its own, in so far as they are not too many.
    return merged ? JSON.parse(JSON.stringify(value)) : value;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw refuse(`The document is neither JSON nor YAML: ${reason.slice(0, 300)}`, cause);
  }
}

/** Throws for a value that nests too deep, or that has more nodes than a document may have. */
function checkSize(root: unknown): void {
  let nodes = 0;
  const open: [unknown, number][] = [[root, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [value, depth] = next;
    nodes += 1;
    if (depth > deepest) throw refuse(`The document nests deeper than ${deepest} levels.`);
    if (nodes > mostNodes) throw refuse(`The document has more than ${mostNodes} values.`);
    if (typeof value !== "object" || value === null) continue;
    for (const inner of Object.values(value)) open.push([inner, depth + 1]);
  }
}

function checkVersion(document: JsonObject): void {
  const { openapi, swagger } = document;
  const version = openapi ?? swagger;
  if (version === undefined) {
    throw refuse(
      'The document is no OpenAPI description: it has no "openapi" at its top. Give the description itself, not a page about it.',
    );
  }
  if (!/^(3\.[0-2]|2\.0)/.test(String(version))) {
    throw refuse(
      `The document is of OpenAPI ${String(version).slice(0, 20)}; 3.0 and 3.1 can be read.`,
    );
  }
}

/** A description as of OpenAPI 3.1, whichever version it came in. */
export interface OpenApiDocument {
  /** The version that it came in. */
  version: string;
  root: JsonObject;
}

/**
 * Reads an OpenAPI description from JSON or YAML. 3.0 (and 2.0) is upgraded to 3.1, whose schemas
 * are JSON Schema 2020-12. Nothing is fetched. Throws `invalid_request` for what is none.
 */
export function readDocument(text: string): OpenApiDocument {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  if (trimmed === "") throw refuse("The document is empty.");
  const value = trimmed.startsWith("{") ? fromJson(trimmed) : fromYaml(trimmed);
  if (!isJsonObject(value))
    throw refuse("The document is no OpenAPI description: it is no object.");
  checkSize(value);
  checkVersion(value);
  const version = String(value.openapi ?? value.swagger);
  try {
    const root = upgrade(value, "3.1") as unknown as JsonObject;
    return { version, root };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`The document cannot be upgraded to OpenAPI 3.1: ${reason.slice(0, 300)}`, cause);
  }
}
