import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { isPattern } from "../../json-schema/pattern.ts";
import { nameMapKeywords } from "../../json-schema/schema-shape.ts";

/**
 * What a converted schema is for: of a request's schema no property is taken that only an answer
 * has, and the other way round.
 */
export type Direction = "request" | "response";

/** Converted schemas nest at most so deep, each level a keyword, a name or an index. */
const deepest = 48;
const longestText = 2_000;
const largestExample = 500;

const types = new Set(["string", "number", "integer", "boolean", "array", "object", "null"]);

const isText = (value: unknown) => typeof value === "string" && value.isWellFormed();
const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
const isFlag = (value: unknown) => typeof value === "boolean";

/** Keywords that are taken as they are, where their value is one. */
const plain = new Map<string, (value: unknown) => boolean>(
  Object.entries({
    format: isText,
    pattern: (value: unknown) => typeof value === "string" && isPattern(value),
    contentEncoding: isText,
    contentMediaType: isText,
    deprecated: isFlag,
    uniqueItems: isFlag,
    minimum: isNumber,
    maximum: isNumber,
    exclusiveMinimum: isNumber,
    exclusiveMaximum: isNumber,
    multipleOf: (value: unknown) => isNumber(value) && (value as number) > 0,
    minLength: isCount,
    maxLength: isCount,
    minItems: isCount,
    maxItems: isCount,
    minProperties: isCount,
    maxProperties: isCount,
    minContains: isCount,
    maxContains: isCount,
    enum: (value: unknown) => Array.isArray(value) && value.length > 0,
    const: () => true,
  }),
);

/** Keywords whose value is a schema. */
const single = new Set([
  ...["items", "additionalProperties", "not", "if", "then", "else", "contains"],
  ...["propertyNames", "unevaluatedProperties", "unevaluatedItems"],
]);

/** Keywords whose value is a list of schemas, and what stands for them. */
const lists = new Map([
  ["allOf", "allOf"],
  ["anyOf", "anyOf"],
  // Alternatives of descriptions often overlap; the server says which it meant.
  ["oneOf", "anyOf"],
  ["prefixItems", "prefixItems"],
]);

const maps = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** Text that a schema may carry: no control characters, not too long. */
export function cleanText(value: unknown, longest = longestText): string {
  if (typeof value !== "string") return "";
  const text = value
    .toWellFormed()
    .replaceAll(/[^\P{Cc}\t\n\r]/gu, " ")
    .trim();
  return text.length > longest ? `${text.slice(0, longest - 1).toWellFormed()}…` : text;
}

function typeOf(value: unknown): unknown {
  if (typeof value === "string") return types.has(value) ? value : undefined;
  if (!Array.isArray(value)) return undefined;
  const known = [...new Set(value.filter((one) => types.has(one)))];
  return known.length > 0 && known.length === new Set(value).size ? known : undefined;
}

/** True for a property that does not travel in this direction. */
function isElsewhere(schema: unknown, direction: Direction): boolean {
  if (!isJsonObject(schema)) return false;
  return schema[direction === "request" ? "readOnly" : "writeOnly"] === true;
}

function describe(schema: JsonObject): JsonObject {
  const title = cleanText(schema.title, 200);
  const said = cleanText(schema.description);
  // Filled in, a default would be sent: in an update it would overwrite what is there.
  const { default: standard } = schema;
  const shown = standard === undefined ? "" : JSON.stringify(standard);
  const note = shown !== "" && shown.length <= 200 ? `Default: ${shown}.` : "";
  const description = [said, said.includes(note) ? "" : note].filter(Boolean).join(" ");
  const examples = (Array.isArray(schema.examples) ? schema.examples : []).slice(0, 2);
  const small = JSON.stringify(examples).length <= largestExample;
  return {
    ...(title === "" ? {} : { title }),
    ...(description === "" ? {} : { description }),
    ...(examples.length > 0 && small ? { examples } : {}),
  };
}

/** Makes JSON Schema 2020-12 of the schemas of OpenAPI 3.1, keyword by keyword. */
export interface Conversion {
  direction: Direction;
  /** Where a `$ref` leads in the converted schema; null leaves any value. */
  refer(reference: string): string | null;
  warn(message: string): void;
}

/** The schema converted; unknown keywords and malformed ones are left out. Never throws. */
export function convertSchema(schema: unknown, conversion: Conversion, depth = 0): JsonObject {
  if (schema === false) return { not: {} };
  if (!isJsonObject(schema)) return {};
  if (depth > deepest) {
    conversion.warn("A schema nests too deep; below that any value is taken.");
    return {};
  }
  const { direction, refer } = conversion;
  const inner = (value: unknown, levels: number) =>
    typeof value === "boolean" ? value : convertSchema(value, conversion, depth + levels);
  const made: [string, unknown][] = Object.entries(describe(schema));
  const anyOf: unknown[] = [];
  const type = typeOf(schema.type);
  if (type !== undefined) made.push(["type", type]);
  if (typeof schema.$ref === "string") {
    const target = refer(schema.$ref);
    if (target !== null) made.push(["$ref", target]);
  }
  const left = new Set<string>();
  for (const [keyword, value] of Object.entries(schema)) {
    if (plain.get(keyword)?.(value)) made.push([keyword, value]);
    else if (single.has(keyword) && (isJsonObject(value) || typeof value === "boolean")) {
      made.push([keyword, inner(value, 1)]);
    } else if (lists.has(keyword) && Array.isArray(value) && value.length > 0) {
      const alternatives = value.map((one) => inner(one, 2));
      const name = lists.get(keyword) ?? keyword;
      if (name === "anyOf") anyOf.push(alternatives);
      else made.push([name, alternatives]);
    } else if (maps.has(keyword) && isJsonObject(value)) {
      const entries = Object.entries(value).filter(([name, one]) => {
        if (!name.isWellFormed()) return false;
        if (keyword === "patternProperties" && !isPattern(name)) return false;
        if (keyword !== "properties" || !isElsewhere(one, direction)) return true;
        left.add(name);
        return false;
      });
      made.push([keyword, Object.fromEntries(entries.map(([name, one]) => [name, inner(one, 2)]))]);
    }
  }
  const [first, second] = anyOf;
  if (first !== undefined) made.push(["anyOf", first]);
  if (second !== undefined) made.push(["allOf", [{ anyOf: second }, ...allOf(made)]]);
  if (Array.isArray(schema.required)) {
    const names = schema.required.filter((name) => isText(name) && !left.has(name));
    if (names.length > 0) made.push(["required", [...new Set(names)]]);
  }
  return Object.fromEntries(made);
}

function allOf(made: [string, unknown][]): unknown[] {
  const found = made.find(([keyword]) => keyword === "allOf")?.[1];
  return Array.isArray(found) ? found : [];
}

const annotations = new Set(["title", "description", "examples", "deprecated"]);

/** A copy of a converted schema, each schema in it passed through `change`. */
export function mapSchemas(schema: unknown, change: (schema: JsonObject) => JsonObject): unknown {
  if (!isJsonObject(schema)) return schema;
  const entries = Object.entries(change(schema)).map(([keyword, value]): [string, unknown] => {
    if (nameMapKeywords.has(keyword) && isJsonObject(value)) {
      const named = Object.entries(value).map(([name, one]) => [name, mapSchemas(one, change)]);
      return [keyword, Object.fromEntries(named)];
    }
    if (single.has(keyword)) return [keyword, mapSchemas(value, change)];
    if (lists.has(keyword) && Array.isArray(value)) {
      return [keyword, value.map((one) => mapSchemas(one, change))];
    }
    return [keyword, value];
  });
  return Object.fromEntries(entries);
}

/** The schema without what only explains it. */
export function withoutAnnotations(schema: JsonObject): JsonObject {
  return mapSchemas(schema, (one) =>
    Object.fromEntries(Object.entries(one).filter(([keyword]) => !annotations.has(keyword))),
  ) as JsonObject;
}
