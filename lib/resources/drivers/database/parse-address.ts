import { uriMistake } from "../uri-mistake.ts";

/** `text` with its percent escapes undone. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw uriMistake("has a % that is not followed by two hexadecimal digits");
  }
}

/**
 * The parts of `postgres://user:password@host:port/name?…`; who it names may be left to a login, and
 * the database has the user's name where none is said, as PostgreSQL's own clients have it. Throws
 * `invalid_request`.
 */
export function parseDatabaseAddress(address: string) {
  const url = URL.parse(address);
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw uriMistake(
      "must be as in postgres://user:password@host:5432/name, with characters such as / @ # % in the password percent-encoded",
    );
  }
  if (url.hostname === "") throw uriMistake("must name a host");
  const user = decoded(url.username);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user,
    password: decoded(url.password),
    database: decoded(url.pathname.slice(1)) || user,
    parameters: url.searchParams,
  };
}
