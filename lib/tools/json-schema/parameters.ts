import { AppError, type FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** An MCP input schema: JSON Schema whose root is of type object. */
export type InputSchema = JsonObject & { type: "object" };

const isString = (value: unknown) => typeof value === "string";
const isBoolean = (value: unknown) => typeof value === "boolean";

/**
 * Keywords of JSON Schema at the root, with the kind of value that only the keyword has: in the
 * short form every value is an object, whatever the parameter's name.
 */
const rootKeywords: Record<string, (value: unknown) => boolean> = {
  type: (value) => isString(value) || Array.isArray(value),
  required: Array.isArray,
  properties: isPropertyMap,
  additionalProperties: isBoolean,
  unevaluatedProperties: isBoolean,
  allOf: Array.isArray,
  anyOf: Array.isArray,
  oneOf: Array.isArray,
  $schema: isString,
  $id: isString,
  $ref: isString,
  $dynamicRef: isString,
};

const propertyFlags = new Set(["required", "optional", "nullable", "deprecated", "readOnly"]);

/**
 * True for JSON Schema's `properties` (names with schemas), false for a short form's parameter of
 * that name (keywords with values).
 */
function isPropertyMap(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  return Object.entries(value).every(
    ([name, inner]) =>
      isJsonObject(inner) || (typeof inner === "boolean" && !propertyFlags.has(name)),
  );
}

function isJsonSchema(parameters: JsonObject): boolean {
  return Object.entries(rootKeywords).some(
    ([keyword, fits]) => Object.hasOwn(parameters, keyword) && fits(parameters[keyword]),
  );
}

/** Names of types that clients of the short form use besides JSON Schema's own. */
const typeAliases = new Map<unknown, JsonObject>([
  ["str", { type: "string" }],
  ["int", { type: "integer" }],
  ["float", { type: "number" }],
  ["bool", { type: "boolean" }],
  ["list", { type: "array" }],
  ["dict", { type: "object" }],
  ["any", { type: undefined }],
  ["date", { type: "string", format: "date" }],
  ["datetime", { type: "string", format: "date-time" }],
]);

function refuse(errors: FieldError[]): never {
  const detail = errors.map(({ pointer, message }) => `${pointer}: ${message}`).join("; ");
  throw new AppError("invalid_request", detail, { errors });
}

export function pointerTo(...names: string[]): string {
  return names.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Takes the booleans `required` and `optional` off a property; they are not JSON Schema's. */
function liftFlags(property: JsonObject): { schema: JsonObject; required: boolean } {
  const { required, optional, ...rest } = property;
  const schema: JsonObject = rest;
  if (required !== undefined && typeof required !== "boolean") schema.required = required;
  if (optional !== undefined && typeof optional !== "boolean") schema.optional = optional;
  return { schema, required: required === true };
}

function liftAll(properties: JsonObject): { properties: JsonObject; required: string[] } {
  const required: string[] = [];
  const lifted = Object.entries(properties).map(([name, property]) => {
    if (!isJsonObject(property)) return [name, property] as const;
    const { schema, required: needed } = liftFlags(property);
    if (needed) required.push(name);
    return [name, schema] as const;
  });
  return { properties: Object.fromEntries(lifted), required };
}

function fromShortForm(parameters: JsonObject): InputSchema {
  const wrong = Object.entries(parameters).filter(([, property]) => !isJsonObject(property));
  if (wrong.length > 0) {
    const message =
      'must be an object such as {"type": "string", "required": true}, or else make `parameters` a JSON Schema with "type": "object"';
    refuse(wrong.map(([name]) => ({ pointer: pointerTo("parameters", name), message })));
  }
  const { properties, required } = liftAll(parameters);
  for (const property of Object.values(properties) as JsonObject[]) {
    Object.assign(property, typeAliases.get(property.type));
    if (property.type === undefined) delete property.type;
  }
  return { type: "object", properties, ...(required.length > 0 ? { required } : {}) };
}

function fromJsonSchema(parameters: JsonObject): InputSchema {
  const { type } = parameters;
  const fits = type === undefined || type === "object";
  if (!fits && !(Array.isArray(type) && type.includes("object"))) {
    const message = 'must be "object": a tool\'s arguments are always an object';
    refuse([{ pointer: "/parameters/type", message }]);
  }
  if (!isJsonObject(parameters.properties)) return { ...parameters, type: "object" };
  const { properties, required } = liftAll(parameters.properties);
  const named = Array.isArray(parameters.required) ? parameters.required : [];
  const all = [...new Set([...named, ...required])];
  return {
    ...parameters,
    type: "object",
    properties,
    ...(required.length > 0 ? { required: all } : {}),
  };
}

/**
 * A tool's `parameters`, in either dialect, as an MCP input schema. In the short form an argument
 * is needed only where its `required` is true; the booleans `required` and `optional` are taken
 * out of JSON Schema's properties too. Throws `invalid_request` for what is neither.
 */
export function toInputSchema(parameters: JsonObject): InputSchema {
  if (Object.keys(parameters).length === 0) return { type: "object", properties: {} };
  return isJsonSchema(parameters) ? fromJsonSchema(parameters) : fromShortForm(parameters);
}

/** Where in `parameters` stands what the input schema has at `pointer`. */
export function pointerInParameters(parameters: JsonObject, pointer: string): string {
  const inSchema = isJsonSchema(parameters) ? pointer : pointer.replace(/^\/properties/, "");
  return `/parameters${inSchema}`;
}
