import type { FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { InputSchema } from "../json-schema/parameters.ts";
import { implementationKind } from "../schema.ts";
import { parseTemplate, stringsOf } from "./template.ts";
import { parseUrlTemplate } from "./url-template.ts";

/** The names that arguments can have, or null where the schema lets others in or hides some. */
function namesOf(schema: InputSchema): ReadonlySet<string> | null {
  const { properties } = schema;
  const combined = ["allOf", "anyOf", "oneOf", "$ref", "$dynamicRef", "patternProperties", "if"];
  const isOpen = combined.some((keyword) => Object.hasOwn(schema, keyword));
  if (isOpen || isJsonObject(schema.additionalProperties)) return null;
  return new Set(isJsonObject(properties) ? Object.keys(properties) : []);
}

function tokens(path: readonly PropertyKey[]): string {
  return path
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** Placeholders that name no parameter. */
function placeholderMistakes(config: JsonObject, names: ReadonlySet<string>): FieldError[] {
  const isKnown = (name: string) => names.has(name) || names.has(name.split(".")[0] ?? "");
  const complaint = (shown: string) =>
    `${shown} names no parameter of the tool. Add it to the parameters, or take it out`;
  const errors: FieldError[] = [];
  for (const name of parseUrlTemplate(String(config.implementation)).names) {
    if (isKnown(name)) continue;
    errors.push({ pointer: "/config/implementation", message: complaint(`{${name}}`) });
  }
  for (const place of ["query", "headers", "body"]) {
    for (const { path, text } of stringsOf(config[place])) {
      for (const part of parseTemplate(text)) {
        if (!("argument" in part) || isKnown(part.argument)) continue;
        const pointer = `/config/${place}${tokens(path)}`;
        errors.push({ pointer, message: complaint(`{{${part.argument}}}`) });
      }
    }
  }
  return errors.slice(0, 20);
}

/**
 * What in its templates keeps an HTTP tool from running with these parameters, as pointers into the
 * tool; its config has been checked by `httpConfig`. Empty for other tools.
 */
export function httpMistakes(config: JsonObject, schema: InputSchema): FieldError[] {
  if (implementationKind(config) !== "http") return [];
  const names = namesOf(schema);
  return names === null ? [] : placeholderMistakes(config, names);
}
