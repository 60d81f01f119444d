import type { JsonObject } from "#lib/core/json.ts";
import { invalidArguments, ToolError } from "../calls/tool-error.ts";
import { argumentOf } from "./template.ts";
import { depthOf, namesIn, placeholder, type UrlTemplate } from "./url-template.ts";

function escapeText(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed());
}

/** A list is its items, separated by commas; an object has no form in an address. */
function escaped(value: unknown): string | null {
  if (!Array.isArray(value)) {
    return typeof value === "object" && value !== null ? null : escapeText(value);
  }
  return value.some((item) => typeof item === "object" && item !== null)
    ? null
    : value.map(escapeText).join(",");
}

/** Collects what cannot stand in the address, so that the caller is told of all at once. */
function filler(args: JsonObject, mistakes: Map<string, string>) {
  return (name: string): string => {
    const value = argumentOf(args, name) ?? undefined;
    const text = value === undefined ? "" : escaped(value);
    if (text === null) mistakes.set(name, "must be a text, a number or a list of them");
    return text ?? "";
  };
}

/** WHATWG URL: what a parser takes as "this folder" and "the one above". */
const dotSegment = /^(\.|%2e){1,2}$/i;

function pathOf(path: string, args: JsonObject, mistakes: Map<string, string>): string {
  const textFor = filler(args, mistakes);
  const segments = path.split("/").map((segment) => {
    const names = namesIn(segment);
    if (names.length === 0) return segment;
    const whole = segment.replaceAll(placeholder, (_, name: string) => textFor(name));
    const last = names.at(-1) ?? "";
    for (const name of names) {
      if ((argumentOf(args, name) ?? null) === null)
        mistakes.set(name, "is needed for the address");
    }
    if (whole === "") mistakes.set(last, "must not be empty: it is a part of the address");
    if (dotSegment.test(whole)) mistakes.set(last, "must not be . or ..");
    return whole;
  });
  return segments.join("/");
}

/** Pairs whose argument is absent are left out. */
function queryOf(query: string, args: JsonObject, mistakes: Map<string, string>): string {
  const textFor = filler(args, mistakes);
  return query
    .split("&")
    .filter((pair) => {
      const names = namesIn(pair);
      return names.length === 0 || names.some((name) => (argumentOf(args, name) ?? null) !== null);
    })
    .map((pair) => pair.replaceAll(placeholder, (_, name: string) => textFor(name)))
    .join("&");
}

/**
 * The address filled in, on the very origin that the template has. Throws `ToolError`
 * (`invalid_arguments`) for values that would leave their place in it.
 */
export function fillUrl(template: UrlTemplate, args: JsonObject, mcpName: string): URL {
  const mistakes = new Map<string, string>();
  const path = pathOf(template.path, args, mistakes);
  const query = queryOf(template.query, args, mistakes);
  if (mistakes.size > 0) {
    const errors = [...mistakes].map(([name, message]) => ({
      pointer: `/${name.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll(".", "/")}`,
      message,
    }));
    throw invalidArguments(mcpName, errors);
  }
  const url = URL.parse(template.origin + path + (query === "" ? "" : `?${query}`));
  if (url?.origin === template.origin && depthOf(url.pathname) === template.depth) return url;
  throw new ToolError(
    "invalid_arguments",
    `The arguments of ${mcpName} make no address of its own.`,
  );
}
