/** A URI template of RFC 6570, level 1: literal text with `{variable}`s between. */
export interface UriTemplate {
  /** One more than there are variables: the text before, between and after them. */
  literals: readonly string[];
  variables: readonly string[];
}

const expression = /\{([\w.%]+)\}/g;

/** The template that a URI is, or null where it has no variable. */
export function templateOf(uri: string): UriTemplate | null {
  const variables = [...uri.matchAll(expression)].map((found) => found[1] ?? "");
  if (variables.length === 0) return null;
  // Every second part is what the group caught.
  const literals = uri.split(expression).filter((_, at) => at % 2 === 0);
  return { literals, variables };
}

/** True for expressions of RFC 6570's higher levels, such as `{+path}`, `{?q}` and `{a,b}`. */
export function hasHigherExpression(uri: string): boolean {
  return /\{([+#./;?&=,!@|][^{}]*|[^{}]*(?:,[^{}]*|\*|:\d+))\}/.test(uri);
}

/** Whether a variable stands in the scheme or the authority, where it would choose the host. */
export function choosesHost(address: string): boolean {
  return /^[^/]*\{|^[^/]*\/\/[^/?#]*\{/.test(address);
}

function decode(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

/**
 * The variables' values where `uri` fits the template, each at least one character and none of
 * `/?#`; null where it does not. A variable ends where the text after it first begins.
 */
export function matchTemplate(template: UriTemplate, uri: string): Map<string, string> | null {
  const { literals, variables } = template;
  const [first = ""] = literals;
  const last = literals.at(-1) ?? "";
  if (!uri.startsWith(first) || !uri.endsWith(last)) return null;
  const values = new Map<string, string>();
  const end = uri.length - last.length;
  let at = first.length;
  for (const [index, variable] of variables.entries()) {
    const next = literals[index + 1] ?? "";
    const isLast = index === variables.length - 1;
    const stop = isLast ? end : uri.indexOf(next, at + 1);
    if (stop <= at || stop > end) return null;
    const raw = uri.slice(at, stop);
    const value = /[/?#]/.test(raw) ? null : decode(raw);
    if (value === null || (values.get(variable) ?? value) !== value) return null;
    values.set(variable, value);
    at = isLast ? end : stop + next.length;
  }
  return values;
}

/**
 * The path that a URI names below what all of the template's have in common: from the first variable
 * on, to the query or fragment, each segment decoded. One that hides a slash in a segment is `..`,
 * which lies below nothing.
 */
export function tailOf({ literals: [first = ""] }: UriTemplate, uri: string): string {
  const [path = ""] = uri.slice(first.length).split(/[?#]/);
  const segments = path.split("/").map(decode);
  const isPlain = segments.every((segment) => segment !== null && !segment.includes("/"));
  return isPlain ? segments.join("/") : "..";
}

/** RFC 6570, section 3.2.2: all but unreserved characters is percent-encoded. */
function encode(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The address with the variables' values in their places; a variable without one is empty. */
export function expandTemplate(address: string, values: ReadonlyMap<string, string>): string {
  return address.replaceAll(expression, (_, name: string) => encode(values.get(name) ?? ""));
}

/** How much of a URI the template itself says: the more, the more specific it is. */
export function literalLength(template: UriTemplate): number {
  return template.literals.join("").length;
}
