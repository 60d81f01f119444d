import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { optionsOf, readSchema } from "../read-schema.ts";

/** One of the forms that a value may have. */
export interface Variant {
  label: string;
  schema: JsonObject;
}

/** How a property of a tool's schema is filled in. */
export type ArgumentKind =
  | { kind: "text"; long: boolean; format: string | null }
  | { kind: "number"; whole: boolean; min: number | null; max: number | null }
  | { kind: "choice"; values: readonly unknown[]; labels: readonly string[] }
  | { kind: "lines"; of: "text" | "number" }
  | { kind: "items"; schema: JsonObject }
  | { kind: "group"; schema: JsonObject }
  | { kind: "variants"; variants: readonly Variant[] }
  | { kind: "json" };

export type ReadArgument = ArgumentKind & { nullable: boolean };

/** Groups in groups past these are written as JSON. */
const deepest = 4;

const json = { kind: "json" } as const;

function labelOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function choice(values: readonly unknown[], labels = values.map(labelOf)): ArgumentKind {
  return { kind: "choice", values, labels };
}

/** The field for a property's schema; JSON where no field says all that may be said. */
export function argumentKind(given: unknown, root: JsonObject, depth = 0): ReadArgument {
  const read = readSchema(given, root);
  if (read === null) return { ...json, nullable: false };
  return { ...kindOf(read.schema, root, depth), nullable: read.nullable };
}

function kindOf(schema: JsonObject, root: JsonObject, depth: number): ArgumentKind {
  if (Object.hasOwn(schema, "const")) return choice([schema.const]);
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return choice(schema.enum);
  const { type } = schema;
  if ("oneOf" in schema || "anyOf" in schema) return variantsOf(schema, root, depth);
  if (Array.isArray(type) && type.length > 1 && depth < deepest) {
    const variants = type.map((each) => ({
      label: String(each),
      schema: { ...schema, type: each },
    }));
    return { kind: "variants", variants };
  }
  switch (type) {
    case "string": {
      const format = typeof schema.format === "string" ? schema.format : null;
      return { kind: "text", long: Number(schema.maxLength ?? 0) > 200, format };
    }
    case "number":
    case "integer":
      return { kind: "number", whole: type === "integer", ...boundsOf(schema) };
    case "boolean":
      return choice([true, false]);
    case "array":
      return listKind(schema, root, depth);
    case "object":
    case undefined:
      return depth < deepest && hasFields(schema) ? { kind: "group", schema } : json;
    default:
      return json;
  }
}

function boundsOf(schema: JsonObject): { min: number | null; max: number | null } {
  const number = (...keys: string[]) =>
    keys.map((key) => schema[key]).find((value): value is number => typeof value === "number");
  return {
    min: number("minimum", "exclusiveMinimum") ?? null,
    max: number("maximum", "exclusiveMaximum") ?? null,
  };
}

function listKind(schema: JsonObject, root: JsonObject, depth: number): ArgumentKind {
  const { items } = schema;
  if (!isJsonObject(items) || "prefixItems" in schema || depth >= deepest) return json;
  const of = argumentKind(items, root, depth + 1);
  const isPlain = of.kind === "number" || (of.kind === "text" && of.format === null && !of.long);
  if (isPlain && !of.nullable) return { kind: "lines", of: of.kind as "text" | "number" };
  return of.kind === "json" ? json : { kind: "items", schema: items };
}

/** What tells a form of an object from the others: the value that one of its properties must have. */
function markOf({ properties }: JsonObject): string | undefined {
  const inner = isJsonObject(properties) ? Object.values(properties) : [];
  const marked = inner.find((each) => isJsonObject(each) && typeof each.const === "string");
  return isJsonObject(marked) ? String(marked.const) : undefined;
}

function variantsOf(schema: JsonObject, root: JsonObject, depth: number): ArgumentKind {
  const { oneOf, anyOf, ...rest } = schema;
  const options = optionsOf(schema, root) ?? [];
  if (options.every((option) => Object.hasOwn(option, "const"))) {
    const labels = options.map(({ title, const: value }) => labelOf(title ?? value));
    return choice(
      options.map((option) => option.const),
      labels,
    );
  }
  // Properties beside the options belong to each of them, which a list of forms cannot say.
  if (depth >= deepest || isJsonObject(rest.properties)) return json;
  const variants = options.map((option, at) => ({
    label: String(option.title ?? markOf(option) ?? option.type ?? `Form ${at + 1}`),
    schema: option,
  }));
  return { kind: "variants", variants };
}

/** True where every argument that may be sent has a property of its own. */
function hasFields({ properties }: JsonObject): boolean {
  return isJsonObject(properties) && Object.keys(properties).length > 0;
}

/** Which of the forms a value has, as far as it shows; -1 for none. */
export function variantOf(variants: readonly Variant[], value: unknown): number {
  if (value === undefined) return -1;
  const type = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const fits = ({ schema }: Variant) => {
    if (Object.hasOwn(schema, "const")) return schema.const === value;
    const wanted = schema.type ?? (isJsonObject(schema.properties) ? "object" : type);
    const isType = wanted === type || (wanted === "integer" && Number.isInteger(value));
    return isType && (!isJsonObject(value) || marksFit(schema, value));
  };
  return variants.findIndex(fits);
}

function marksFit({ properties, required }: JsonObject, value: JsonObject): boolean {
  const names = Array.isArray(required) ? required.map(String) : [];
  const known = isJsonObject(properties) ? properties : {};
  const marks = Object.entries(known).filter(([, each]) => isJsonObject(each) && "const" in each);
  if (marks.length > 0)
    return marks.every(([name, each]) => value[name] === (each as JsonObject).const);
  return names.every((name) => Object.hasOwn(value, name));
}

export interface Argument {
  name: string;
  label: string;
  description: string | undefined;
  isRequired: boolean;
  schema: unknown;
}

/** The arguments of an object's schema, in its order. */
export function argumentsOf(schema: JsonObject, root: JsonObject): Argument[] {
  if (!isJsonObject(schema.properties)) return [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, inner]) => {
    const { title, description } = readSchema(inner, root)?.schema ?? {};
    return {
      name,
      label: typeof title === "string" ? title : name,
      description: typeof description === "string" ? description : undefined,
      isRequired: required.includes(name),
      schema: inner,
    };
  });
}

const formatHints: Record<string, string> = {
  "date-time": "Date and time, such as 2026-11-25T10:00:00Z.",
  time: "A time, such as 10:00:00Z.",
  duration: "A duration, such as P1DT2H.",
  email: "An e-mail address.",
  uri: "An address, such as https://example.com.",
  uuid: "A UUID.",
};

function boundsHint(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return `From ${min} to ${max}.`;
  if (min !== null) return `At least ${min}.`;
  return max === null ? "" : `At most ${max}.`;
}

/** What a person has to know of a field besides its description. */
export function hintOf(kind: ArgumentKind, given: unknown, root: JsonObject): string {
  const { default: preset } = readSchema(given, root)?.schema ?? {};
  const hints = {
    text: "format" in kind && kind.format !== null ? (formatHints[kind.format] ?? "") : "",
    number: "min" in kind ? boundsHint(kind.min, kind.max) : "",
    lines: "One a line.",
    json: "As JSON.",
    ...{ choice: "", items: "", group: "", variants: "" },
  };
  const shown = preset === undefined ? "" : `Default: ${labelOf(preset)}.`;
  return [hints[kind.kind], shown].filter(Boolean).join(" ");
}
