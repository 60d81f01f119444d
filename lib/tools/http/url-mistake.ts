/** Scheme, host and port; path; query; fragment. */
export const addressPieces = /^(https?:\/\/[^/?#\\]*)([^?#]*)(\?[^#]*)?(#.*)?$/is;
/** `{name}` in a path or a query. */
export const placeholder = /\{([^{}]*)\}/g;

/** The names that a path or a query has placeholders for. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(placeholder)].map(([, name]) => name ?? "");
}

/** What is wrong with an address that a tool is to call, or null. */
export function urlMistake(text: string): string | null {
  const [, authority = "", path = "", query = "", fragment = ""] =
    addressPieces.exec(text.trim()) ?? [];
  if (authority === "") return "is not a valid URL";
  if (/[{}]/.test(authority)) return "must not have {…} in its host: only in its path and query";
  if (/[{}]/.test(fragment)) return "must not have {…} in its fragment, which is never sent";
  if (/\{\{|\}\}/.test(path + query)) return "names arguments by {name}, with single braces";
  if (/[{}]/.test((path + query).replaceAll(placeholder, ""))) {
    return "has a brace that does not stand around a name: write {name}";
  }
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
