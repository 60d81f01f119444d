import type { FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { pointerTo } from "./parameters.ts";
import { isLinear, isPattern } from "./pattern.ts";

/** What is known of a schema without compiling it. */
export interface SchemaShape {
  mistakes: FieldError[];
  hasDefaults: boolean;
  /** Checking a value may take time out of proportion to it, or compiling the schema is felt. */
  slow: boolean;
  /** How many things a part of a value may be compared with. */
  weight: number;
}

const largestSchema = 64 * 1024;
const deepestSchema = 64;
/** Compiling more subschemas than this takes long enough to be felt by everyone. */
const plainSubschemas = 64;
/** Formats whose expressions are not linear in the text, or compile it. */
const slowFormats: ReadonlySet<unknown> = new Set(["url", "regex"]);

/** Keywords whose value maps names to schemas. */
export const nameMapKeywords: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);
/** Keywords whose value is no schema but an instance. */
export const instanceKeywords: ReadonlySet<string> = new Set([
  "const",
  "enum",
  "default",
  "examples",
]);
const references = new Set(["$ref", "$dynamicRef", "$recursiveRef"]);
const slowKeywords = new Set([...references, "patternProperties", "uniqueItems"]);

function patternsOf(keyword: string, value: unknown): string[] {
  if (keyword === "pattern") return typeof value === "string" ? [value] : [];
  return keyword === "patternProperties" && isJsonObject(value) ? Object.keys(value) : [];
}

/** Size, depth and references of a schema; `mistakes` point into it. */
export function examine(schema: JsonObject): SchemaShape {
  const shape: SchemaShape = { mistakes: [], hasDefaults: false, slow: false, weight: 0 };
  if (JSON.stringify(schema).length > largestSchema) {
    shape.mistakes.push({ pointer: "", message: `has more than ${largestSchema} characters` });
    return shape;
  }
  let subschemas = 0;

  function visit(node: unknown, path: string[]): void {
    if (path.length > deepestSchema) {
      shape.mistakes.push({ pointer: pointerTo(...path), message: "nests too deep" });
    } else if (Array.isArray(node)) {
      for (const [at, inner] of node.entries()) visit(inner, [...path, String(at)]);
    } else if (isJsonObject(node)) {
      subschemas += 1;
      for (const [keyword, value] of Object.entries(node)) look(keyword, value, [...path, keyword]);
    }
  }

  function look(keyword: string, value: unknown, path: string[]): void {
    if (keyword === "default") shape.hasDefaults = true;
    if (slowKeywords.has(keyword)) shape.slow = true;
    if (keyword === "format" && slowFormats.has(value)) shape.slow = true;
    if (Array.isArray(value) && (keyword === "enum" || keyword === "required")) {
      shape.weight += value.length;
    }
    for (const pattern of patternsOf(keyword, value)) {
      if (!isLinear(pattern)) shape.slow = true;
      if (isPattern(pattern)) continue;
      shape.mistakes.push({ pointer: pointerTo(...path), message: "is not a regular expression" });
    }
    if (references.has(keyword) && !(typeof value === "string" && value.startsWith("#"))) {
      const message = 'must point into the schema itself, as in "#/$defs/name"';
      shape.mistakes.push({ pointer: pointerTo(...path), message });
    }
    if (keyword === "$id" && path.length > 1) {
      shape.mistakes.push({ pointer: pointerTo(...path), message: "only the root can have an id" });
    }
    if (instanceKeywords.has(keyword)) return;
    if (nameMapKeywords.has(keyword) && isJsonObject(value)) {
      for (const [name, inner] of Object.entries(value)) visit(inner, [...path, name]);
    } else visit(value, path);
  }

  visit(schema, []);
  if (subschemas > plainSubschemas) shape.slow = true;
  shape.weight += subschemas;
  return shape;
}
