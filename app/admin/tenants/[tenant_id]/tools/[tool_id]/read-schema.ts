import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** A schema as a field takes it: references followed, parts joined, and whether it may be null. */
export interface ReadSchema {
  schema: JsonObject;
  nullable: boolean;
}

/** References that lead to references; in a circle they end here. */
const longestChain = 20;

function decode(step: string): string {
  const text = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What a reference within the document names; undefined for any other. */
function lookUp(root: JsonObject, reference: unknown): unknown {
  if (typeof reference !== "string" || !/^#(\/|$)/.test(reference)) return undefined;
  let at: unknown = root;
  for (const step of reference.split("/").slice(1).map(decode)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as JsonObject)[step];
  }
  return at;
}

function join(one: JsonObject, other: JsonObject): JsonObject {
  const both = (key: string, merge: (a: unknown, b: unknown) => unknown) =>
    key in one && key in other ? { [key]: merge(one[key], other[key]) } : {};
  return {
    ...one,
    ...other,
    ...both("properties", (a, b) => ({ ...(a as object), ...(b as object) })),
    ...both("required", (a, b) => [...new Set([...(a as unknown[]), ...(b as unknown[])])]),
  };
}

function follow(given: unknown, root: JsonObject, left: number): JsonObject | null {
  if (given === true) return {};
  if (!isJsonObject(given) || left === 0) return null;
  const { $ref, allOf, ...own } = given;
  const parts = [...($ref === undefined ? [] : [lookUp(root, $ref)]), ...listOf(allOf)];
  let whole: JsonObject = {};
  for (const part of parts) {
    const read = follow(part, root, left - 1);
    if (read === null) return null;
    whole = join(whole, read);
  }
  return join(whole, own);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const isNull = (option: JsonObject) => option.type === "null" || option.const === null;

/**
 * Reads a schema within the document that it stands in. Null for one that no field can say: a
 * reference out of the document or in a circle, or `false`.
 */
export function readSchema(given: unknown, root: JsonObject): ReadSchema | null {
  const schema = follow(given, root, longestChain);
  if (schema === null) return null;
  const { type } = schema;
  const types = Array.isArray(type) ? type.filter((each) => each !== "null") : [];
  const typed: JsonObject = Array.isArray(type)
    ? { ...schema, type: types.length === 1 ? types[0] : types }
    : schema;
  const nullable = Array.isArray(type) && types.length < type.length;
  const key = "oneOf" in typed ? "oneOf" : "anyOf";
  const options = optionsOf(typed, root);
  if (options === null) return null;
  if (options.length === 0) return { schema: typed, nullable };
  const { [key]: _, ...rest } = typed;
  const left = options.filter((option) => !isNull(option));
  const [only] = left;
  const kept = left.length === 1 && only ? join(only, rest) : { ...rest, oneOf: left };
  return { schema: kept, nullable: nullable || left.length < options.length };
}

/** The options of a schema that is one of several; null where one of them cannot be read. */
export function optionsOf(schema: JsonObject, root: JsonObject): JsonObject[] | null {
  const read = listOf(schema.oneOf ?? schema.anyOf).map((each) => follow(each, root, longestChain));
  return read.every((each) => each !== null) ? read : null;
}
