import { secretMask } from "#lib/core/secrets.ts";

/** Shorter values would be found in texts that have nothing to do with them. */
const shortestRedacted = 4;

/** The forms in which an endpoint may echo a value: as it is, in JSON, in a URL, in base64. */
function formsOf(value: string): string[] {
  const forms = [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString("base64"),
  ];
  return forms.filter((form) => form.length >= shortestRedacted);
}

/** Masks every occurrence of the values in a text. */
export function redactText(text: string, values: Iterable<string>): string {
  const forms = [...new Set([...values].flatMap(formsOf))].sort((a, b) => b.length - a.length);
  return forms.reduce((shown, form) => shown.replaceAll(form, secretMask), text);
}

/** The same in every string of a JSON value, names of members included. */
export function redact<T>(value: T, values: ReadonlySet<string>): T {
  if (values.size === 0) return value;
  return redactDeep(value, values) as T;
}

function redactDeep(value: unknown, values: ReadonlySet<string>): unknown {
  if (typeof value === "string") return redactText(value, values);
  if (Array.isArray(value)) return value.map((each) => redactDeep(each, values));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      redactText(name, values),
      redactDeep(inner, values),
    ]),
  );
}
