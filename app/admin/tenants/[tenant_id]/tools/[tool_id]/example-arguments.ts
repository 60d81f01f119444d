import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

const byType: Record<string, unknown> = {
  string: "",
  integer: 0,
  number: 0,
  boolean: false,
  array: [],
  object: {},
  null: null,
};

/** A value that a person can start from: the schema's own example or default where it has one. */
function example(schema: unknown): unknown {
  if (!isJsonObject(schema)) return "";
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return schema.examples[0];
  for (const key of ["default", "const"]) if (Object.hasOwn(schema, key)) return schema[key];
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum[0];
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") return exampleArguments(schema);
  if (typeof schema.minimum === "number" && (type === "integer" || type === "number")) {
    return schema.minimum;
  }
  return byType[String(type)] ?? "";
}

/** Arguments to start from: what is required, and what has a default. */
export function exampleArguments(schema: JsonObject): JsonObject {
  if (!isJsonObject(schema.properties)) return {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const entries = Object.entries(schema.properties)
    .filter(
      ([name, inner]) =>
        required.includes(name) || (isJsonObject(inner) && Object.hasOwn(inner, "default")),
    )
    .map(([name, inner]) => [name, example(inner)]);
  return Object.fromEntries(entries);
}
