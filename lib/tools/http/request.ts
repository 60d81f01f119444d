import type { EgressRequest } from "#lib/core/egress.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { invalidArguments, ToolError } from "../calls/tool-error.ts";
import type { HttpConfig } from "../config/http-config.ts";
import { fillUrl } from "./fill-url.ts";
import { fillingLimit } from "./filling-limit.ts";
import { headerValue } from "./header-names.ts";
import {
  type Filling,
  fill,
  fillJson,
  type JsonTemplate,
  type Part,
  parseJsonTemplate,
  parseTemplate,
  stringsOf,
  toText,
} from "./template.ts";
import { parseUrlTemplate } from "./url-template.ts";

const accept = "application/json, text/plain;q=0.9, */*;q=0.8";
const queryMethods = new Set(["GET", "HEAD", "DELETE"]);

const contentTypes = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  text: "text/plain; charset=utf-8",
};

/** A request of an endpoint, but for its credentials. */
export interface EndpointRequest extends Pick<EgressRequest, "method" | "headers" | "body"> {
  url: URL;
  headers: Record<string, string>;
}

/** An HTTP tool's config, read once: which secrets it names, and how arguments become a request. */
export interface RequestPlan {
  secretNames: ReadonlySet<string>;
  /** Secrets stand in the body. */
  secretBody: boolean;
  /** Throws `ToolError` for arguments that cannot be sent. */
  build(filling: Filling): EndpointRequest;
}

/** In the query and in forms: scalars as they are, lists repeated, the rest as JSON. */
function append(to: URLSearchParams, name: string, value: unknown): void {
  for (const one of Array.isArray(value) ? value : [value]) {
    if (one !== null && one !== undefined) to.append(name, toText(one).toWellFormed());
  }
}

function headersOf(
  templates: readonly [string, Part[]][],
  filling: Filling,
  mcpName: string,
): [string, string][] {
  return templates.flatMap(([name, parts]) => {
    const value = fill(parts, filling);
    if (value === undefined || value === null) return [];
    const text = toText(value);
    if (headerValue.test(text)) return [[name, text] as [string, string]];
    const [first] = parts.flatMap((part) => ("argument" in part ? [part.argument] : []));
    if (first === undefined) {
      throw new ToolError(
        "secret_unavailable",
        `A secret in the header ${name} of ${mcpName} has characters that a header cannot have.`,
      );
    }
    const message = `has characters that the header ${name} cannot have`;
    throw invalidArguments(mcpName, [{ pointer: `/${first.replaceAll(".", "/")}`, message }]);
  });
}

/** The arguments by the names that templates give them: `a` for `{{a.b}}` too. */
function rootsOf(config: HttpConfig, inUrl: ReadonlySet<string>): ReadonlySet<string> {
  const { query, headers, body } = config;
  const parts = [...stringsOf([query, headers, body])].flatMap(({ text }) => parseTemplate(text));
  const named = parts.flatMap((part) => ("argument" in part ? [part.argument] : []));
  const all = [...inUrl, ...named];
  return new Set([...all, ...all.map((name) => name.split(".")[0] ?? "")]);
}

function secretsIn(templates: unknown): Set<string> {
  const parts = [...stringsOf(templates)].flatMap(({ text }) => parseTemplate(text));
  return new Set(parts.flatMap((part) => ("secret" in part ? [part.secret] : [])));
}

function without(args: JsonObject, names: ReadonlySet<string>): JsonObject {
  if (names.size === 0) return args;
  return Object.fromEntries(Object.entries(args).filter(([name]) => !names.has(name)));
}

type BodyType = NonNullable<HttpConfig["body_type"]>;

function bodyText(type: Exclude<BodyType, "none">, value: unknown): string {
  if (type === "json") return JSON.stringify(value);
  if (type === "text") return toText(value);
  const form = new URLSearchParams();
  for (const [name, one] of Object.entries(value as JsonObject)) append(form, name, one);
  return form.toString();
}

/** Reads how a tool's arguments become its request. */
export function planRequest(address: string, config: HttpConfig, mcpName: string): RequestPlan {
  const template = parseUrlTemplate(address);
  const { method } = config;
  const inQuery = queryMethods.has(method);
  const headers = Object.entries(config.headers).map(([name, text]): [string, Part[]] => [
    name.toLowerCase(),
    parseTemplate(text),
  ]);
  const query: [string, JsonTemplate][] = Object.entries(config.query ?? {}).map(
    ([name, value]) => [name, parseJsonTemplate(value)],
  );
  const body = config.body === undefined ? undefined : parseJsonTemplate(config.body);
  const type: BodyType = config.body_type ?? (inQuery && body === undefined ? "none" : "json");
  const fixedHeaders = headers.every(([, parts]) => parts.every((part) => "text" in part))
    ? headersOf(headers, { args: {}, secrets: new Map() }, mcpName)
    : null;
  const fixedUrl = template.names.size === 0 ? fillUrl(template, {}, mcpName) : null;
  const used = rootsOf(config, template.names);
  const named = [...stringsOf([config.query, config.headers, config.body])];
  const refuseTooMuch = fillingLimit(named.flatMap(({ text }) => parseTemplate(text)));
  const restInQuery = inQuery && config.query === undefined;
  const restInBody = !inQuery && body === undefined && type !== "none";

  function bodyOf(filling: Filling): string | undefined {
    if (type === "none") return undefined;
    if (restInBody) return bodyText(type, without(filling.args, used));
    const value = body === undefined ? undefined : fillJson(body, filling);
    const isNothing = value === undefined || (value === null && type === "text");
    return isNothing ? undefined : bodyText(type, value);
  }

  return {
    secretNames: secretsIn([config.query, config.headers, config.body]),
    secretBody: secretsIn(config.body).size > 0,
    build(filling) {
      refuseTooMuch(filling.args);
      const url = fixedUrl ? new URL(fixedUrl) : fillUrl(template, filling.args, mcpName);
      for (const [name, value] of query) append(url.searchParams, name, fillJson(value, filling));
      if (restInQuery) {
        for (const [name, value] of Object.entries(without(filling.args, used))) {
          append(url.searchParams, name, value);
        }
      }
      const text = bodyOf(filling);
      const contentType =
        text === undefined || type === "none" ? {} : { "content-type": contentTypes[type] };
      const own = Object.fromEntries(fixedHeaders ?? headersOf(headers, filling, mcpName));
      return {
        url,
        method,
        headers: { accept, ...contentType, ...own },
        ...(text === undefined ? {} : { body: text }),
      };
    },
  };
}
