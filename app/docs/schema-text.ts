import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** The name of the component that a schema refers to, or null. */
function referenceOf(schema: unknown): string | null {
  if (!isJsonObject(schema) || typeof schema.$ref !== "string") return null;
  return schema.$ref.split("/").at(-1) ?? null;
}

/** The schemas that a schema is one of, or all of; empty when it is plain. */
function variantsOf(schema: JsonObject): unknown[] {
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    if (Array.isArray(schema[key])) return schema[key];
  }
  return [];
}

/** A schema's type in one line: `string`, `array of Tool`, `integer or null`, `"a" or "b"`. */
export function typeText(schema: unknown): string {
  if (!isJsonObject(schema)) return "any";
  const reference = referenceOf(schema);
  if (reference !== null) return reference;
  if (Array.isArray(schema.enum)) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  }
  if (Object.hasOwn(schema, "const")) return JSON.stringify(schema.const);
  const variants = variantsOf(schema);
  if (variants.length > 0) return [...new Set(variants.map(typeText))].join(" or ");
  if (schema.type === "array") return `array of ${typeText(schema.items)}`;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const text = types.filter((type) => typeof type === "string").join(" or ");
  return text || "any";
}

const bounds: [key: string, text: (value: unknown) => string][] = [
  ["format", (value) => `${value}`],
  ["minLength", (value) => `at least ${value} characters`],
  ["maxLength", (value) => `at most ${value} characters`],
  ["minimum", (value) => `at least ${value}`],
  ["maximum", (value) => `at most ${value}`],
  ["minItems", (value) => `at least ${value} items`],
  ["maxItems", (value) => `at most ${value} items`],
  ["pattern", (value) => `matches ${value}`],
  ["default", (value) => `default ${JSON.stringify(value)}`],
];

// Patterns of times and the like are longer than what they say; their format says it.
const longestPattern = 80;
/** zod's own way to say "any safe integer". */
const safe = Number.MAX_SAFE_INTEGER;

/** What a value must be besides its type: `at most 200 characters`, `default 30`. */
export function boundTexts(schema: unknown): string[] {
  if (!isJsonObject(schema)) return [];
  const own = bounds.flatMap(([key, text]) => {
    const value = schema[key];
    if (value === undefined || value === safe || value === -safe) return [];
    if (key === "pattern" && String(value).length > longestPattern) return [];
    return text(value);
  });
  const inner = variantsOf(schema).flatMap(boundTexts);
  return [...new Set([...own, ...inner])];
}

/** The objects within a schema whose properties are worth a table of their own. */
export function objectsIn(schema: unknown): JsonObject[] {
  if (!isJsonObject(schema) || referenceOf(schema) !== null) return [];
  if (isJsonObject(schema.properties) && Object.keys(schema.properties).length > 0) return [schema];
  if (schema.type === "array") return objectsIn(schema.items);
  return variantsOf(schema).flatMap(objectsIn);
}

/** Every component that a schema names, at any depth. */
export function referencesIn(schema: unknown): string[] {
  const own = referenceOf(schema);
  if (own !== null) return [own];
  if (Array.isArray(schema)) return schema.flatMap(referencesIn);
  return isJsonObject(schema) ? Object.values(schema).flatMap(referencesIn) : [];
}
