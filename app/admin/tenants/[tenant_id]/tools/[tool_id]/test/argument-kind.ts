import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** How a property of a tool's schema is filled in. */
export type ArgumentKind =
  | { kind: "text"; long: boolean }
  | { kind: "number"; whole: boolean }
  | { kind: "choice"; values: readonly unknown[] }
  | { kind: "lines"; of: "text" | "number" }
  | { kind: "group"; schema: JsonObject }
  | { kind: "json" };

/** Groups in groups past these are written as JSON. */
const deepest = 3;

function typeOf(schema: JsonObject): unknown {
  if (!Array.isArray(schema.type)) return schema.type;
  const types = schema.type.filter((type) => type !== "null");
  return types.length === 1 ? types[0] : undefined;
}

/** The field for a property's schema; JSON where no field says all that may be said. */
export function argumentKind(schema: unknown, depth = 0): ArgumentKind {
  if (!isJsonObject(schema) || "$ref" in schema) return { kind: "json" };
  if (Array.isArray(schema.enum) && schema.enum.length > 0) {
    return { kind: "choice", values: schema.enum };
  }
  switch (typeOf(schema)) {
    case "string":
      return { kind: "text", long: Number(schema.maxLength ?? 0) > 200 };
    case "number":
      return { kind: "number", whole: false };
    case "integer":
      return { kind: "number", whole: true };
    case "boolean":
      return { kind: "choice", values: [true, false] };
    case "array": {
      const items = argumentKind(schema.items, deepest);
      const isScalar = items.kind === "text" || items.kind === "number";
      return isScalar ? { kind: "lines", of: items.kind } : { kind: "json" };
    }
    case "object":
      return depth < deepest && hasFields(schema) ? { kind: "group", schema } : { kind: "json" };
    default:
      return { kind: "json" };
  }
}

/** True where every argument that may be sent has a property of its own. */
function hasFields({ properties }: JsonObject): boolean {
  return isJsonObject(properties) && Object.keys(properties).length > 0;
}

export interface Argument {
  name: string;
  label: string;
  description: string | undefined;
  isRequired: boolean;
  schema: unknown;
}

/** The arguments of an object's schema, in its order. */
export function argumentsOf(schema: JsonObject): Argument[] {
  if (!isJsonObject(schema.properties)) return [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, inner]) => {
    const { title, description } = isJsonObject(inner) ? inner : {};
    return {
      name,
      label: typeof title === "string" ? title : name,
      description: typeof description === "string" ? description : undefined,
      isRequired: required.includes(name),
      schema: inner,
    };
  });
}
