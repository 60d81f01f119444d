import type { ErrorObject } from "ajv";
import type { FieldError } from "#lib/core/errors.ts";
import { pointerTo } from "./parameters.ts";

/** Arguments get the defaults that they lack; of what a tool answers nothing is made up. */
export type CheckRole = "arguments" | "output";

const errorsShown = 20;

/** One entry a field, in words that say what to change. */
export function toFieldErrors(found: readonly ErrorObject[], role: CheckRole): FieldError[] {
  const errors = new Map<string, FieldError>();
  for (const error of found) {
    const entry = explain(error, role);
    const key = `${entry.pointer} ${entry.message}`;
    if (errors.size < errorsShown) errors.set(key, entry);
  }
  return [...errors.values()];
}

const list = (values: unknown) =>
  Array.isArray(values)
    ? values
        .map((value) => JSON.stringify(value))
        .join(", ")
        .slice(0, 500)
    : "";

function explain(
  { instancePath, keyword, params, message, parentSchema }: ErrorObject,
  role: CheckRole,
): FieldError {
  const at = (name: unknown) => `${instancePath}${pointerTo(String(name))}`;
  switch (keyword) {
    case "required": {
      const { type } = parentSchema?.properties?.[params.missingProperty] ?? {};
      const hint = typeof type === "string" ? ` (${type})` : "";
      return { pointer: at(params.missingProperty), message: `is required${hint}` };
    }
    case "additionalProperties":
    case "unevaluatedProperties": {
      const name = params.additionalProperty ?? params.unevaluatedProperty;
      const known = list(Object.keys(parentSchema?.properties ?? {}));
      const what = role === "arguments" ? "a parameter" : "a property of the schema";
      return { pointer: at(name), message: `is not ${what}; known are ${known || "none"}` };
    }
    case "enum":
      return { pointer: instancePath, message: `must be one of ${list(params.allowedValues)}` };
    case "const":
      return { pointer: instancePath, message: `must be ${JSON.stringify(params.allowedValue)}` };
    default:
      return { pointer: instancePath, message: message ?? `must satisfy ${keyword}` };
  }
}
