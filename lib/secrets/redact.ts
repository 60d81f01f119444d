import { secretMask } from "#lib/core/secrets.ts";

/** Shorter values would be found in texts that have nothing to do with them. */
const shortestRedacted = 4;
/** The same of the characters that a value leaves in the base64 of a longer text. */
const shortestWithin = 10;

/**
 * What base64 makes of the bytes wherever they stand in a longer text: its characters that depend
 * on no neighbour, for each of the three places that a byte can have in its group.
 */
function base64Within(bytes: Buffer): string[] {
  return [0, 1, 2]
    .map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
      const end = Math.floor(((before + bytes.length) * 8) / 6);
      return text.slice(Math.ceil((before * 8) / 6), end);
    })
    .filter((form) => form.length >= shortestWithin);
}

const toUrlSafe = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_");

/** JSON as libraries write it that escape what is not ASCII. */
function asciiJson(text: string): string {
  return text.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function urlForms(value: string): string[] {
  const upper = encodeURIComponent(value);
  const form = new URLSearchParams([["", value]]).toString().slice(1);
  const lower = (text: string) => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  return [upper, lower(upper), form, lower(form)];
}

function htmlForm(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** The forms in which an endpoint may echo a value: as it is, in JSON, a URL, HTML, hex, base64. */
function formsOf(value: string): string[] {
  if (value.length < shortestRedacted) return [];
  const bytes = Buffer.from(value);
  const quoted = (text: string) => JSON.stringify(text).slice(1, -1);
  const json = quoted(value);
  // An endpoint that echoes a body of JSON answers JSON within JSON, which may be a text in a third.
  const deeper = [quoted(json), quoted(quoted(json)), quoted(quoted(quoted(json)))];
  const base64 = [bytes.toString("base64"), ...base64Within(bytes)];
  const hex = bytes.toString("hex");
  return [
    ...[value, json, ...deeper, asciiJson(json), json.replaceAll("/", "\\/"), ...urlForms(value)],
    ...[htmlForm(value), hex, hex.toUpperCase()],
    ...[...base64, ...base64.map(toUrlSafe), bytes.toString("base64url")],
  ];
}

/** What to look for: longer forms first, since one may lie within another. */
interface Sought {
  /** Of how many values these are: a call may come to use more. */
  values: number;
  forms: readonly string[];
  shortest: number;
  /** Values that a JSON number could be. */
  numbers: ReadonlySet<string>;
}

/** Made once for the values of a call, and gone with them. */
const kept = new WeakMap<ReadonlySet<string>, Sought>();

function soughtFor(values: ReadonlySet<string>): Sought {
  const found = kept.get(values);
  if (found?.values === values.size) return found;
  const forms = [...new Set([...values].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  const numbers = [...values].filter((value) => String(Number(value)) === value);
  const made = {
    values: values.size,
    forms,
    shortest: forms.at(-1)?.length ?? Number.POSITIVE_INFINITY,
    numbers: new Set(numbers.filter(({ length }) => length >= shortestRedacted)),
  };
  kept.set(values, made);
  return made;
}

function redactString(text: string, { forms, shortest }: Sought): string {
  if (text.length < shortest) return text;
  let shown = text;
  for (const form of forms) {
    if (form.length <= shown.length && shown.includes(form)) {
      shown = shown.replaceAll(form, () => secretMask);
    }
  }
  return shown;
}

/** Whether a value is an object of JSON; bytes, addresses and the like are not. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function redactDeep(value: unknown, sought: Sought): unknown {
  if (typeof value === "string") return redactString(value, sought);
  if (typeof value === "number") {
    return sought.numbers.size > 0 && sought.numbers.has(String(value)) ? secretMask : value;
  }
  if (Array.isArray(value)) return value.map((each) => redactDeep(each, sought));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      redactString(name, sought),
      redactDeep(inner, sought),
    ]),
  );
}

/**
 * A copy of a JSON value in which every occurrence of the values is masked, in names of members and
 * in numbers too. It finds them in each string by itself, in the usual encodings; a value of fewer
 * than four characters, cut in pieces or encrypted it does not find. What is no JSON (bytes, a `URL`)
 * stays as it is.
 */
export function redact<T>(value: T, values: ReadonlySet<string>): T {
  if (values.size === 0) return value;
  return redactDeep(value, soughtFor(values)) as T;
}
