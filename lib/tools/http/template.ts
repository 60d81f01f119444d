import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { secretName } from "#lib/secrets/schema.ts";

/** A template's text in its parts: what stands as it is, and what is filled in. */
export type Part = { text: string } | { argument: string } | { secret: string };

/** What fills templates: the checked arguments, and the values of secrets by their names. */
export interface Filling {
  args: JsonObject;
  secrets: ReadonlyMap<string, string>;
}

/** Why a text is no template; the message is for whoever wrote it. */
export class TemplateMistake extends Error {
  override readonly name = "TemplateMistake";
}

const placeholder = /\{\{\s*([^{}\s]+)\s*\}\}/g;

function toPart(name: string): Part {
  if (!name.startsWith("secret:")) return { argument: name };
  const secret = name.slice("secret:".length);
  if (secretName.safeParse(secret).success) return { secret };
  throw new TemplateMistake(`{{${name}}} names no secret: a name has letters, digits and _`);
}

/**
 * The parts of a text with `{{name}}`, `{{a.b}}` and `{{secret:NAME}}`; a text without braces of
 * two is one part. Throws `TemplateMistake`.
 */
export function parseTemplate(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  const literal = (piece: string) => {
    if (piece.includes("{{") || piece.includes("}}")) {
      throw new TemplateMistake("has {{ or }} that do not stand around a name: write {{name}}");
    }
    if (piece !== "") parts.push({ text: piece });
  };
  for (const match of text.matchAll(placeholder)) {
    literal(text.slice(at, match.index));
    parts.push(toPart(match[1] ?? ""));
    at = match.index + match[0].length;
  }
  literal(text.slice(at));
  return parts;
}

/** Every string within a template that is a JSON value, with the path that leads to it. */
export function* stringsOf(
  value: unknown,
  path: PropertyKey[] = [],
): Generator<{ path: PropertyKey[]; text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (Array.isArray(value)) {
    for (const [at, each] of value.entries()) yield* stringsOf(each, [...path, at]);
  } else if (isJsonObject(value)) {
    for (const [name, each] of Object.entries(value)) yield* stringsOf(each, [...path, name]);
  }
}

/**
 * An argument by its name, else by the way of names that dots separate; undefined for none. Null is
 * a value of its own in JSON, and as good as absent wherever text is meant.
 */
export function argumentOf(args: JsonObject, name: string): unknown {
  if (Object.hasOwn(args, name)) return args[name];
  let value: unknown = args;
  for (const step of name.split(".")) {
    const own = Array.isArray(value) || isJsonObject(value) ? (value as JsonObject) : undefined;
    if (!own || !Object.hasOwn(own, step)) return undefined;
    value = own[step];
  }
  return value;
}

/** A value within a longer text: texts as they are, the rest as JSON. */
export function toText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The text filled in; one placeholder alone gives the argument's own value, and undefined where the
 * argument is absent. Within a longer text an absent one leaves nothing.
 */
export function fill(parts: readonly Part[], { args, secrets }: Filling): unknown {
  const [only] = parts;
  if (only && parts.length === 1) {
    if ("argument" in only) return argumentOf(args, only.argument);
    return "secret" in only ? (secrets.get(only.secret) ?? "") : only.text;
  }
  return parts
    .map((part) => {
      if ("text" in part) return part.text;
      if ("secret" in part) return secrets.get(part.secret) ?? "";
      const value = argumentOf(args, part.argument);
      return value === undefined || value === null ? "" : toText(value);
    })
    .join("");
}

/** A JSON value whose strings have been parsed, so that each call only fills it in. */
export type JsonTemplate =
  | { parts: Part[] }
  | { list: JsonTemplate[] }
  | { members: [string, JsonTemplate][] }
  | { value: unknown };

export function parseJsonTemplate(value: unknown): JsonTemplate {
  if (typeof value === "string") return { parts: parseTemplate(value) };
  if (Array.isArray(value)) return { list: value.map(parseJsonTemplate) };
  if (!isJsonObject(value)) return { value };
  return {
    members: Object.entries(value).map(([name, each]) => [name, parseJsonTemplate(each)]),
  };
}

/** The value filled in: an absent argument takes its member or item with it. */
export function fillJson(template: JsonTemplate, filling: Filling): unknown {
  if ("value" in template) return template.value;
  if ("parts" in template) return fill(template.parts, filling);
  if ("list" in template) {
    return template.list
      .map((each) => fillJson(each, filling))
      .filter((value) => value !== undefined);
  }
  const members = template.members.flatMap(([name, each]) => {
    const value = fillJson(each, filling);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(members);
}
