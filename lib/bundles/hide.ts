import type { FieldError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { isSecretName, maskUrlPassword, secretMask } from "#lib/core/secrets.ts";
import { httpAuth } from "#lib/tools/http/auth-schema.ts";
import { pointerTo } from "#lib/tools/json-schema/parameters.ts";
import { implementationKind } from "#lib/tools/schema.ts";

/** A value that is nothing but placeholders, as in `Bearer {{secret:CRM}}`. */
const onlyPlaceholders =
  /^(?:(?:basic|bearer|bot|apikey|api-key|digest|key|token) +)?(?:\{\{[^{}]*\}\})+$/i;

const placeholders = /\{\{[^{}]*\}\}|\{[^{}]*\}/g;

/** Headers that describe a message and say nothing of who sends it. */
const plainHeaders: ReadonlySet<string> = new Set([
  ...["accept", "accept-charset", "accept-encoding", "accept-language", "cache-control"],
  ...["content-language", "content-type", "prefer", "user-agent", "x-requested-with"],
]);

/** The keys that each type of `auth` has; those of secrets have been checked to be names. */
const keysOfAuth = new Map(
  httpAuth.options.map(({ shape }) => [shape.type.value as string, new Set(Object.keys(shape))]),
);

function hideText(text: string): string {
  const hidden = maskUrlPassword(text);
  if (hidden === text) return text;
  // A secret's place that only a placeholder fills holds no secret.
  const rest = text.replaceAll(placeholders, "");
  return rest !== text && maskUrlPassword(rest) === rest ? text : hidden;
}

function hideNamed(value: unknown, name: string): unknown {
  if (typeof value === "number") return /tokens$/i.test(name) ? value : secretMask;
  if (typeof value !== "string" || value === "" || onlyPlaceholders.test(value)) return value;
  return secretMask;
}

/** A copy in which texts that may be secrets, by their names or as parts of URLs, are masked. */
export function hideSecrets(value: unknown, name = "", isNamed = false): unknown {
  const hidden = isNamed || isSecretName(name);
  if (Array.isArray(value)) return value.map((each) => hideSecrets(each, name, hidden));
  if (isJsonObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, hideSecrets(inner, key, hidden)]),
    );
  }
  if (hidden) return hideNamed(value, name);
  return typeof value === "string" ? hideText(value) : value;
}

function hideHeaders(headers: JsonObject): JsonObject {
  const shown = Object.entries(headers).map(([name, value]) => {
    if (typeof value !== "string") return [name, secretMask];
    if (onlyPlaceholders.test(value)) return [name, value];
    return [name, plainHeaders.has(name.toLowerCase()) ? hideText(value) : secretMask];
  });
  return Object.fromEntries(shown);
}

/** A value of a query is masked under the names that are masked in a URL, and those of secrets. */
function hideQuery(query: JsonObject): JsonObject {
  const shown = Object.entries(query).map(([name, value]) => {
    const inUrl = `?${name}=x`;
    return [name, hideSecrets(value, name, maskUrlPassword(inUrl) !== inUrl)];
  });
  return Object.fromEntries(shown);
}

/** `auth` names secrets, and its own keys hold none; a key that it does not know may hold one. */
function hideAuth(auth: JsonObject): JsonObject {
  const own = keysOfAuth.get(String(auth.type));
  const shown = Object.entries(auth).map(([key, value]) => {
    const isOwn = typeof value === "string" && own?.has(key);
    return [key, isOwn ? hideText(value) : hideSecrets(value, key)];
  });
  return Object.fromEntries(shown);
}

/** A tool's config without what may be a secret; names of secrets stay, and so does code. */
export function hideConfig(config: JsonObject): JsonObject {
  const kind = implementationKind(config);
  const entries = Object.entries(config).map(([key, value]): [string, unknown] => {
    if (key === "implementation" && kind === "code") return [key, value];
    if (key === "headers" && isJsonObject(value)) return [key, hideHeaders(value)];
    if (key === "query" && kind === "http" && isJsonObject(value)) return [key, hideQuery(value)];
    if (key === "auth" && kind === "http" && isJsonObject(value)) return [key, hideAuth(value)];
    if (key === "secrets" && kind === "code") return [key, value];
    return [key, hideSecrets(value, key)];
  });
  return Object.fromEntries(entries);
}

/** Whether a text is the mask, or a URL whose password is. */
function isHidden(text: string): boolean {
  if (text === secretMask) return true;
  const filled = text.replaceAll(secretMask, "x");
  return filled !== text && maskUrlPassword(filled) !== filled;
}

function inner(value: unknown, key: string): unknown {
  const own = Array.isArray(value) || isJsonObject(value) ? (value as JsonObject) : undefined;
  return own && Object.hasOwn(own, key) ? own[key] : undefined;
}

/** A value in which masks stand, and where they stand for nothing that is known. */
export interface Filled {
  value: unknown;
  errors: FieldError[];
}

/**
 * Puts what a value `kept` says into the places where `given` has the mask of it: those where
 * `hidden`, which is `kept` without its secrets, reads the same. Other masks are mistakes.
 */
export function fillHidden(
  given: unknown,
  { kept, hidden }: { kept: unknown; hidden: unknown },
  pointer: string,
): Filled {
  const errors: FieldError[] = [];
  function fill(value: unknown, old: unknown, shown: unknown, at: string): unknown {
    if (typeof value === "string") {
      if (!isHidden(value)) return value;
      if (value === shown) return old;
      const message = `holds ${secretMask}, which stands for a value that is not in the bundle. Write the value, or name a secret`;
      errors.push({ pointer: at, message });
      return value;
    }
    const into = (key: string, each: unknown) =>
      fill(each, inner(old, key), inner(shown, key), `${at}${pointerTo(key)}`);
    if (Array.isArray(value)) return value.map((each, place) => into(String(place), each));
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, into(key, each)]));
  }
  return { value: fill(given, kept, hidden, pointer), errors };
}

/** Where masks of secrets stand in a value, as JSON Pointers. */
export function hiddenIn(value: unknown, pointer: string): string[] {
  return fillHidden(value, { kept: undefined, hidden: undefined }, pointer).errors.map(
    ({ pointer: at }) => at,
  );
}
