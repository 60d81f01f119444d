import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { Bundler } from "./bundle.ts";
import { cleanText } from "./json-schema.ts";
import { claimArgument } from "./names.ts";
import { follow } from "./references.ts";

/** The arguments of a tool, and where its request has them. */
export interface Request {
  properties: Map<string, JsonObject>;
  required: Set<string>;
  /** Names in use by arguments. */
  taken: Set<string>;
  /** Placeholder of the path → what stands in its place. */
  path: Map<string, string>;
  query: Map<string, string>;
  headers: Map<string, string>;
  warnings: string[];
}

/** Why an operation cannot be a tool; the message goes on from its address. */
export class OperationProblem extends Error {
  override readonly name = "OperationProblem";
}

export function emptyRequest(): Request {
  return {
    properties: new Map(),
    required: new Set(),
    taken: new Set(),
    path: new Map(),
    query: new Map(),
    headers: new Map(),
    warnings: [],
  };
}

export const template = (argument: string) => `{{${argument}}}`;

/** A name of the document's that a template's own braces cannot be confused with. */
export function isPlainName(name: unknown): name is string {
  return (
    typeof name === "string" &&
    name !== "" &&
    name.length <= 200 &&
    name.isWellFormed() &&
    !/\p{Cc}|\{\{/u.test(name)
  );
}

const places = ["path", "query", "header", "cookie"] as const;
type Place = (typeof places)[number];

/** OpenAPI 3.1, parameter object: these are described elsewhere. */
const ignoredHeaders = new Set(["accept", "content-type", "authorization"]);
const connectionHeaders =
  /^(accept-encoding|connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;
const headerToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;

interface Parameter {
  name: string;
  place: Place;
  required: boolean;
  given: JsonObject;
  schema: unknown;
  /** The schema that references of it lead to. */
  shape: JsonObject;
  isJson: boolean;
}

function read(root: JsonObject, value: unknown): Parameter | null {
  const given = follow(root, value);
  const place = places.find((one) => one === given.in);
  const { name } = given;
  if (!place || !isPlainName(name)) return null;
  const content = isJsonObject(given.content) ? Object.values(given.content)[0] : undefined;
  const schema = isJsonObject(content) ? content.schema : given.schema;
  let shape: JsonObject = {};
  try {
    shape = isJsonObject(schema) ? follow(root, schema) : {};
  } catch {
    // Told of when the schema is converted.
  }
  const required = place === "path" || given.required === true;
  return { name, place, required, given, schema, shape, isJson: content !== undefined };
}

/** Those of the path with those of the operation, which stand in their place. */
export function parametersOf(root: JsonObject, path: JsonObject, operation: JsonObject) {
  const found = new Map<string, Parameter>();
  for (const list of [path.parameters, operation.parameters]) {
    for (const value of Array.isArray(list) ? list : []) {
      const parameter = read(root, value);
      if (parameter) found.set(`${parameter.place} ${parameter.name}`, parameter);
    }
  }
  return [...found.values()].sort((a, b) => places.indexOf(a.place) - places.indexOf(b.place));
}

function isOf(shape: JsonObject, type: "array" | "object"): boolean {
  const { type: given } = shape;
  const keyword = type === "array" ? shape.items : shape.properties;
  return given === type || (Array.isArray(given) ? given.includes(type) : keyword !== undefined);
}

const separators: Record<string, string> = {
  spaceDelimited: "space",
  pipeDelimited: "|",
};

/** Writes parameters into a request, with the documents' own styles of writing them. */
export function addParameters(
  request: Request,
  parameters: readonly Parameter[],
  bundler: Bundler,
): void {
  const warn = (message: string) => request.warnings.push(message);

  function add(name: string, place: string, required: boolean, schema: JsonObject): string {
    const argument = claimArgument(name, place, request.taken);
    request.properties.set(argument, schema);
    if (required) request.required.add(argument);
    return template(argument);
  }

  function describe(schema: JsonObject, { given, name }: Parameter, note = ""): JsonObject {
    const said = cleanText(given.description) || cleanText(schema.description);
    const description = [said, note].filter(Boolean).join(" ");
    const isRenamed = !/^\w+$/.test(name) && schema.title === undefined;
    return {
      ...schema,
      ...(isRenamed ? { title: name } : {}),
      ...(description === "" ? {} : { description }),
    };
  }

  function asText(parameter: Parameter, note: string): string {
    const schema = describe({ type: "string" }, parameter, note);
    return add(parameter.name, parameter.place, parameter.required, schema);
  }

  function asIs(parameter: Parameter): string {
    const schema = describe(bundler.convert(parameter.schema, warn), parameter);
    return add(parameter.name, parameter.place, parameter.required, schema);
  }

  function leaveOut(parameter: Parameter, why: string): void {
    const what = `${parameter.place} parameter "${parameter.name}" ${why}`;
    if (parameter.required) throw new OperationProblem(`needs a ${what}`);
    warn(`Its ${what}; it is left out.`);
  }

  /** Each property is an argument of its own. */
  function spread(parameter: Parameter, keyOf: (property: string) => string): void {
    const { shape, required, name } = parameter;
    const properties = isJsonObject(shape.properties) ? Object.entries(shape.properties) : [];
    const usable = properties.filter(([property]) => isPlainName(property));
    if (usable.length === 0) {
      leaveOut(parameter, "is an object whose properties are not described");
      return;
    }
    const needed = Array.isArray(shape.required) ? shape.required : [];
    for (const [property, schema] of usable) {
      const whole = keyOf(property) === property ? property : `${name}_${property}`;
      const isNeeded = required && needed.includes(property);
      const value = add(whole, "query", isNeeded, bundler.convert(schema, warn));
      request.query.set(keyOf(property), value);
    }
  }

  function addQuery(parameter: Parameter): void {
    const { name, given, shape, isJson } = parameter;
    const style = typeof given.style === "string" ? given.style : "form";
    const explode = typeof given.explode === "boolean" ? given.explode : style === "form";
    if (isJson) {
      request.query.set(name, asText(parameter, "As JSON text."));
    } else if (isOf(shape, "array")) {
      if (style === "deepObject") request.query.set(`${name}[]`, asIs(parameter));
      else if (style === "form" && explode) request.query.set(name, asIs(parameter));
      else {
        const sign = separators[style] ?? "comma";
        request.query.set(name, asText(parameter, `Several values are separated by ${sign}.`));
      }
    } else if (isOf(shape, "object")) {
      if (style === "deepObject") spread(parameter, (property) => `${name}[${property}]`);
      else if (explode) spread(parameter, (property) => property);
      else leaveOut(parameter, "is an object in a form that is not known");
    } else request.query.set(name, asIs(parameter));
  }

  function asScalar(parameter: Parameter): string {
    const { shape, isJson } = parameter;
    if (isJson) return asText(parameter, "As JSON text.");
    const isList = isOf(shape, "array") || isOf(shape, "object");
    return isList ? asText(parameter, "Several values are separated by comma.") : asIs(parameter);
  }

  function addPath(parameter: Parameter): void {
    const { name, given } = parameter;
    const argument = asScalar(parameter).slice(1, -1);
    const styles: Record<string, string> = { label: ".", matrix: `;${encodeURIComponent(name)}=` };
    request.path.set(name, (styles[String(given.style)] ?? "") + argument);
  }

  function addHeader(parameter: Parameter): void {
    const { name } = parameter;
    if (ignoredHeaders.has(name.toLowerCase())) return;
    if (!headerToken.test(name) || connectionHeaders.test(name)) {
      leaveOut(parameter, "cannot be set");
    } else request.headers.set(name, asScalar(parameter));
  }

  function addCookie(parameter: Parameter): void {
    const known = request.headers.get("Cookie");
    if (!headerToken.test(parameter.name)) leaveOut(parameter, "cannot be set");
    else if (!parameter.required) leaveOut(parameter, "is an optional cookie");
    else {
      const cookie = `${parameter.name}=${asScalar(parameter)}`;
      request.headers.set("Cookie", known === undefined ? cookie : `${known}; ${cookie}`);
    }
  }

  const by = { path: addPath, query: addQuery, header: addHeader, cookie: addCookie };
  for (const parameter of parameters) by[parameter.place](parameter);
}
