import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { optionsOf, readSchema } from "./read-schema.ts";

const byType: Record<string, unknown> = {
  string: "",
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  object: {},
  null: null,
};

/** Deeper values are left to the person. */
const deepest = 6;

/** A value that a person can start from: the schema's own example or default where it has one. */
export function exampleOf(given: unknown, root: JsonObject, depth = 0): unknown {
  const read = readSchema(given, root);
  if (read === null) return "";
  const { schema, nullable } = read;
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  for (const key of ["default", "const"]) if (Object.hasOwn(schema, key)) return schema[key];
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  const [first] = optionsOf(schema, root) ?? [];
  if (first) return depth < deepest ? exampleOf(first, root, depth + 1) : null;
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object" || isJsonObject(schema.properties)) {
    return depth < deepest ? objectOf(schema, root, depth) : {};
  }
  if (typeof schema.minimum === "number" && (type === "integer" || type === "number")) {
    return schema.minimum;
  }
  return byType[String(type)] ?? (nullable ? null : "");
}

function objectOf(schema: JsonObject, root: JsonObject, depth: number): JsonObject {
  if (!isJsonObject(schema.properties)) return {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const entries = Object.entries(schema.properties)
    .filter(
      ([name, inner]) =>
        required.includes(name) || Object.hasOwn(readSchema(inner, root)?.schema ?? {}, "default"),
    )
    .map(([name, inner]) => [name, exampleOf(inner, root, depth + 1)]);
  return Object.fromEntries(entries);
}

/** Arguments to start from: what is required, and what has a default. */
export function exampleArguments(schema: JsonObject): JsonObject {
  return objectOf(schema, schema, 0);
}
