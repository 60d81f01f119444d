import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { cleanText } from "./json-schema.ts";

/** A server of the document, its variables filled in. */
export interface Server {
  url: string;
  description: string;
}

/** An address that cannot be made of what the document says. */
export class ServerProblem extends Error {
  override readonly name = "ServerProblem";
}

function variableOf(variables: unknown, name: string): string {
  const variable = isJsonObject(variables) ? variables[name] : undefined;
  const { default: standard } = isJsonObject(variable) ? variable : {};
  if (typeof standard === "string" || typeof standard === "number") return String(standard);
  throw new ServerProblem(`has a server whose variable {${name.slice(0, 50)}} has no default`);
}

/** An absolute http(s) address without credentials, query and fragment. Throws `ServerProblem`. */
export function toBase(address: string, documentUrl: string | null): string {
  const url = URL.parse(address.trim(), documentUrl ?? undefined);
  const shown = address.slice(0, 200);
  if (!url) {
    throw new ServerProblem(
      documentUrl === null
        ? `has a server without a host (${shown}); say which with server_url`
        : `has a server that is no address: ${shown}`,
    );
  }
  if (!/^https?:$/.test(url.protocol) || url.hostname === "") {
    throw new ServerProblem(`has a server that is not http or https: ${shown}`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new ServerProblem("has a server with a user name in its address");
  }
  if (url.search !== "" || url.hash !== "") {
    throw new ServerProblem(`has a server with a query or a fragment in its address: ${shown}`);
  }
  const path = url.pathname.replace(/\/+$/, "");
  if (/[{}]|%7[bd]/i.test(url.host + path)) {
    throw new ServerProblem(`has a server with braces in its address: ${shown}`);
  }
  return url.origin + path;
}

/** The addresses of a `servers` list; null where there is none. Throws `ServerProblem`. */
function firstOf(servers: unknown, documentUrl: string | null): string | null {
  if (!Array.isArray(servers) || !isJsonObject(servers[0])) return null;
  return filled(servers[0], documentUrl);
}

function filled(server: JsonObject, documentUrl: string | null): string {
  const text = String(server.url ?? "");
  const url = text.replaceAll(/\{([^{}]*)\}/g, (_, name: string) =>
    variableOf(server.variables, name),
  );
  return toBase(url === "" ? "/" : url, documentUrl);
}

/** The servers that the whole document names, those left out whose address cannot be made. */
export function serversOf(root: JsonObject, documentUrl: string | null): Server[] {
  const listed = Array.isArray(root.servers) ? root.servers.slice(0, 100) : [];
  return listed.filter(isJsonObject).flatMap((server) => {
    try {
      const url = filled(server, documentUrl);
      return [{ url, description: cleanText(server.description, 300) }];
    } catch {
      return [];
    }
  });
}

/**
 * Where an operation is: the server of the operation, of its path, that which the caller chose, or
 * the document's first. Throws `ServerProblem`.
 */
export function baseOf(
  { root, path, operation }: { root: JsonObject; path: JsonObject; operation: JsonObject },
  { chosen, documentUrl }: { chosen: string | null; documentUrl: string | null },
): string {
  return (
    firstOf(operation.servers, documentUrl) ??
    firstOf(path.servers, documentUrl) ??
    chosen ??
    firstOf(root.servers, documentUrl) ??
    toBase("/", documentUrl)
  );
}

/**
 * The address of a path below its server, `{name}` standing where `names` has an argument. Throws
 * `ServerProblem` for one that would be elsewhere, or whose placeholders stand for nothing.
 */
export function addressOf(base: string, path: string, names: ReadonlyMap<string, string>): string {
  if (!path.startsWith("/")) throw new ServerProblem("has an address that does not start with /");
  // Some descriptions tell operations of one address apart by a fragment, which is never sent.
  const written = path
    .replace(/#.*$/s, "")
    .replaceAll(/\{([^{}]*)\}/g, (_, name: string) => names.get(name) ?? "\0");
  if (written.includes("\0") || /\p{Cc}|\s/u.test(written)) {
    throw new ServerProblem("has an address with a placeholder or a character that cannot be sent");
  }
  const address = base + written;
  const tried = URL.parse(address.replaceAll(/\{\w+\}/g, "x"));
  if (/[{}]/.test(written.replaceAll(/\{\w+\}/g, "")) || !tried) {
    throw new ServerProblem("has an address that cannot be read");
  }
  if (tried.origin !== new URL(base).origin || tried.username !== "" || tried.hash !== "") {
    throw new ServerProblem("has an address outside of its server");
  }
  return address;
}
