import { upgrade } from "@scalar/openapi-upgrader";
import { readDocument } from "#lib/core/document.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** Deeper documents are no API's; every walk over one may recurse as deep as this. */
const limits = { depth: 200, values: 3_000_000 };
/** Operations of one document: more are no API that an agent could choose from. */
export const mostOperations = 5_000;

function refuse(detail: string, cause?: unknown): AppError {
  return new AppError("invalid_request", detail, cause === undefined ? {} : { cause });
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

export const methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/** Counted before anything is converted: a document of too many operations is refused at once. */
function checkOperations({ paths }: JsonObject): void {
  const items = isJsonObject(paths) ? Object.values(paths).filter(isJsonObject) : [];
  const count = items.reduce(
    (sum, item) => sum + methods.filter((method) => isJsonObject(item[method])).length,
    0,
  );
  if (count > mostOperations) throw tooManyOperations(count);
}

export function tooManyOperations(count: number): AppError {
  return refuse(
    `The document has ${count} operations; at most ${mostOperations} can be read. Give a part of it.`,
  );
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
export function readDescription(text: string): OpenApiDocument {
  const value = readDocument(text, limits, "OpenAPI description");
  checkVersion(value);
  checkOperations(value);
  const version = String(value.openapi ?? value.swagger);
  try {
    const root = upgrade(value, "3.1") as unknown as JsonObject;
    return { version, root };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refuse(`The document cannot be upgraded to OpenAPI 3.1: ${reason.slice(0, 300)}`, cause);
  }
}
