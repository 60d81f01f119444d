import type { JsonObject } from "#lib/core/json.ts";
import { invalidArguments, ToolError } from "../tool-error.ts";
import { argumentOf } from "./template.ts";

/**
 * An address whose path and query may hold `{name}` (RFC 6570, level 1, escaped as its section
 * 3.2.2 says); scheme, host and port stand fixed.
 */
export interface UrlTemplate {
  /** `https://host:port`, as URLs of it have it. */
  origin: string;
  path: string;
  /** Without the `?`; empty for none. */
  query: string;
  /** The arguments that it names. */
  names: ReadonlySet<string>;
  /** How many parts its path has, whatever the arguments. */
  depth: number;
}

const pieces = /^(https?:\/\/[^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;
const placeholder = /\{([^{}]*)\}/g;

function namesIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name]) => name ?? "");
}

/** What is wrong with an address that a tool is to call, or null. */
export function urlMistake(text: string): string | null {
  const [, authority = "", path = "", query = "", fragment = ""] = pieces.exec(text.trim()) ?? [];
  if (authority === "") return "is not a valid URL";
  if (/[{}]/.test(authority)) return "must not have {…} in its host: only in its path and query";
  if (/[{}]/.test(fragment)) return "must not have {…} in its fragment, which is never sent";
  if (/\{\{|\}\}/.test(path + query)) return "names arguments by {name}, with single braces";
  if (/[{}]/.test((path + query).replaceAll(placeholder, ""))) {
    return "has a brace that does not stand around a name: write {name}";
  }
  // A URL's parser drops the ones and takes the other for a slash, so that a part's end would move.
  if (/[\t\n\r\\]/.test(path + query)) return "must not have a backslash or a line break";
  const wrong = namesIn(path + query).find((name) => !/^[^\s{}:]+$/.test(name));
  if (wrong !== undefined) {
    return `must have names of arguments between its braces, not "${wrong.slice(0, 100)}"`;
  }
  const url = URL.parse(authority + (path + query).replaceAll(placeholder, "x"));
  if (!url || url.hostname === "") return "is not a valid URL";
  if (url.username !== "" || url.password !== "") {
    return "must not carry a user name or password; put credentials in config.auth";
  }
  return null;
}

function depthOf(pathname: string): number {
  return pathname.split("/").length;
}

/** Reads an address in which `urlMistake` found none. */
export function parseUrlTemplate(text: string): UrlTemplate {
  const [, authority = "", path = "", query = ""] = pieces.exec(text.trim()) ?? [];
  const { origin, pathname } = new URL(authority + path.replaceAll(placeholder, "x"));
  return {
    ...{ origin, path },
    depth: depthOf(pathname),
    query: query.slice(1),
    names: new Set(namesIn(path + query)),
  };
}

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
