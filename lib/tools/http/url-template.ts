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
export const placeholder = /\{([^{}]*)\}/g;

/** What stands between its braces, in its order. */
export function namesIn(text: string): string[] {
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

/** How many parts a path has. */
export function depthOf(pathname: string): number {
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
