import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { Bundler } from "./bundle.ts";
import { cleanText } from "./json-schema.ts";
import { claimArgument } from "./names.ts";
import { isPlainName, OperationProblem, type Request, template } from "./parameters.ts";
import { follow } from "./references.ts";

/** What a request's body is made of, as `config` of an http tool has it. */
export interface Body {
  body_type: "json" | "form" | "text" | "none";
  body?: unknown;
}

const mostMembers = 20;

function kindOf(mediaType: string): Body["body_type"] | null {
  const type = (mediaType.split(";")[0] ?? "").trim().toLowerCase();
  if (/^(application|text)\/([\w.-]+\+)?json$/.test(type) || type === "*/*") return "json";
  if (type === "application/*") return "json";
  if (type === "application/x-www-form-urlencoded") return "form";
  return type.startsWith("text/") || /^application\/([\w.-]+\+)?(xml|yaml|x-ndjson)$/.test(type)
    ? "text"
    : null;
}

const preference = ["json", "form", "text"];

/** The kind of body that a tool can send best, of those that the operation takes. */
function choose(content: JsonObject): { type: string; kind: Body["body_type"]; media: JsonObject } {
  const found = Object.entries(content)
    .flatMap(([type, media]) => {
      const kind = kindOf(type);
      return kind === null || !isJsonObject(media) ? [] : [{ type, kind, media }];
    })
    .sort((a, b) => preference.indexOf(a.kind) - preference.indexOf(b.kind));
  const [best] = found;
  if (best) return best;
  const types = Object.keys(content).join(", ").slice(0, 200);
  throw new OperationProblem(`takes a body of ${types || "no type"}, which a tool cannot send`);
}

interface Shape {
  properties: Map<string, unknown>;
  required: Set<string>;
}

const described = new Set([
  ...["type", "properties", "required", "title", "description", "example", "examples", "default"],
  ...["additionalProperties", "allOf", "$ref", "deprecated", "externalDocs", "xml", "nullable"],
  ...["readOnly", "writeOnly", "$schema", "$comment"],
]);

/** The properties of a plain object, those of `allOf` gathered; null for any other schema. */
function shapeOf(root: JsonObject, value: unknown, seen: Set<unknown> = new Set()): Shape | null {
  if (!isJsonObject(value) || seen.size > mostMembers) return null;
  const schema = follow(root, value);
  if (seen.has(schema)) return null;
  seen.add(schema);
  const isOther = Object.keys(schema).some((key) => !described.has(key) && !key.startsWith("x-"));
  const { type, additionalProperties: more, allOf } = schema;
  const fits = type === undefined || type === "object";
  if (isOther || !fits || (more !== undefined && more !== false)) return null;
  const shape: Shape = { properties: new Map(), required: new Set() };
  for (const member of Array.isArray(allOf) ? allOf : []) {
    const inner = shapeOf(root, member, seen);
    if (!inner) return null;
    for (const [name, one] of inner.properties) shape.properties.set(name, one);
    for (const name of inner.required) shape.required.add(name);
  }
  const own = isJsonObject(schema.properties) ? Object.entries(schema.properties) : [];
  for (const [name, one] of own) {
    if (!isPlainName(name)) return null;
    shape.properties.set(name, one);
  }
  for (const name of Array.isArray(schema.required) ? schema.required : []) {
    if (typeof name === "string") shape.required.add(name);
  }
  return shape;
}

/** True for a property that only answers have. */
function isReadOnly(root: JsonObject, schema: unknown): boolean {
  if (!isJsonObject(schema)) return false;
  if (schema.readOnly === true) return true;
  try {
    return follow(root, schema).readOnly === true;
  } catch {
    return false;
  }
}

function styleOf(media: JsonObject, name: string): unknown {
  const encoding = isJsonObject(media.encoding) ? media.encoding : {};
  const own = Object.hasOwn(encoding, name) ? encoding[name] : undefined;
  return isJsonObject(own) ? own.style : undefined;
}

const mostNested = 4;

/**
 * A form's fields of one property, as its style says: an object of style deepObject has a field for
 * each property, by the way of names that leads to it; all else is one field.
 */
function fieldsOf(
  root: JsonObject,
  { name, schema, way }: { name: string; schema: unknown; way: string },
  depth = 0,
): [string, string][] {
  const one: [string, string][] = [[name, template(way)]];
  if (!isJsonObject(schema) || depth > mostNested) return one;
  let shape: JsonObject;
  try {
    shape = follow(root, schema);
  } catch {
    return one;
  }
  if (shape.type === "array") return [[`${name}[]`, template(way)]];
  const properties = isJsonObject(shape.properties) ? Object.entries(shape.properties) : [];
  const usable = properties.filter(([inner]) => /^[^{}\s.]+$/u.test(inner) && inner.isWellFormed());
  if (usable.length === 0 || usable.length < properties.length) return one;
  return usable.flatMap(([inner, value]) =>
    fieldsOf(root, { name: `${name}[${inner}]`, schema: value, way: `${way}.${inner}` }, depth + 1),
  );
}

/** Writes the body's parts into the request's arguments and answers its template. */
export function addBody(
  request: Request,
  root: JsonObject,
  { method, operation }: { method: string; operation: JsonObject },
  bundler: Bundler,
): Body {
  if (operation.requestBody === undefined) return { body_type: "none" };
  const given = follow(root, operation.requestBody);
  if (method === "GET" || method === "HEAD") {
    if (given.required === true)
      throw new OperationProblem(`needs a body, which ${method} has not`);
    request.warnings.push(`Its body is left out: ${method} has none.`);
    return { body_type: "none" };
  }
  const content = isJsonObject(given.content) ? given.content : {};
  if (Object.keys(content).length === 0) return { body_type: "none" };
  const { type, kind, media } = choose(content);
  const warn = (message: string) => request.warnings.push(message);
  const required = given.required === true;
  const isUsual = /^(application\/(json|x-www-form-urlencoded)|\*\/\*|application\/\*)$/i.test(
    type,
  );
  const header = (type.split(";")[0] ?? "").trim();
  if (!isUsual && !header.includes("*")) request.headers.set("Content-Type", header);

  function whole(schema: JsonObject): Body {
    const argument = claimArgument("body", "body", request.taken);
    const said = cleanText(schema.description) || cleanText(given.description);
    request.properties.set(argument, said === "" ? schema : { ...schema, description: said });
    if (required) request.required.add(argument);
    return { body_type: kind, body: template(argument) };
  }

  if (kind === "text") return whole({ type: "string" });
  const shape = shapeOf(root, media.schema);
  if (!shape || shape.properties.size === 0) {
    if (kind === "form") throw new OperationProblem("takes a form whose fields are not described");
    return whole(bundler.convert(media.schema ?? {}, warn));
  }
  const body: [string, string][] = [];
  for (const [name, schema] of shape.properties) {
    if (isReadOnly(root, schema)) continue;
    const argument = claimArgument(name, "body", request.taken);
    request.properties.set(argument, bundler.convert(schema, warn));
    if (required && shape.required.has(name)) request.required.add(argument);
    const style = kind === "form" ? styleOf(media, name) : undefined;
    if (style === "deepObject") body.push(...fieldsOf(root, { name, schema, way: argument }));
    else body.push([name, template(argument)]);
  }
  return { body_type: kind, body: Object.fromEntries(body) };
}
