import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { cleanText } from "./json-schema.ts";
import { follow } from "./references.ts";
import type { Credential, SchemeKind, SecurityScheme } from "./schema.ts";

/** How a scheme's credential is sent, of those that an http tool can send. */
interface Scheme extends SecurityScheme {
  place?: { in: "header" | "query" | "cookie"; name: string };
  tokenUrl?: string;
}

/** OpenAPI 3.1, components object. */
const schemeName = /^[A-Za-z0-9._-]{1,100}$/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;

function kindOf(scheme: JsonObject): Pick<Scheme, "kind" | "place" | "tokenUrl" | "note"> {
  const unsupported = (note: string) => ({ kind: "unsupported" as SchemeKind, note });
  const bearer = (note: string | null) => ({ kind: "bearer" as SchemeKind, note });
  switch (scheme.type) {
    case "http": {
      const name = String(scheme.scheme ?? "").toLowerCase();
      if (name === "bearer") return bearer(null);
      if (name === "basic") return { kind: "basic", note: null };
      return unsupported(`The scheme "${name.slice(0, 40)}" of HTTP authentication is not known.`);
    }
    case "apiKey": {
      const { in: where, name } = scheme;
      if (typeof name !== "string" || name === "" || name.length > 200) {
        return unsupported("Its API key has no name.");
      }
      if (where !== "header" && where !== "query" && where !== "cookie") {
        return unsupported("Its API key goes neither in a header, the query nor a cookie.");
      }
      if (where !== "query" && !token.test(name)) return unsupported("Its name cannot be sent.");
      return { kind: "api_key", place: { in: where, name }, note: null };
    }
    case "oauth2": {
      const flows = isJsonObject(scheme.flows) ? scheme.flows : {};
      const { clientCredentials } = flows;
      const tokenUrl = isJsonObject(clientCredentials) ? clientCredentials.tokenUrl : undefined;
      if (typeof tokenUrl === "string" && URL.canParse(tokenUrl)) {
        return { kind: "client_credentials", tokenUrl, note: null };
      }
      return bearer("It wants a person's OAuth token: store one that you got elsewhere.");
    }
    case "openIdConnect":
      return bearer("It wants a person's OpenID token: store one that you got elsewhere.");
    default:
      return unsupported(`Its type "${String(scheme.type).slice(0, 40)}" is not known.`);
  }
}

/** The document's security schemes, by name. */
export function schemesOf(root: JsonObject): Map<string, Scheme> {
  const components = isJsonObject(root.components) ? root.components : {};
  const listed = isJsonObject(components.securitySchemes) ? components.securitySchemes : {};
  const found = new Map<string, Scheme>();
  for (const [name, given] of Object.entries(listed).slice(0, 100)) {
    if (!schemeName.test(name)) continue;
    try {
      const scheme = follow(root, given);
      found.set(name, {
        name,
        description: cleanText(scheme.description, 500),
        ...kindOf(scheme),
      });
    } catch {
      // A scheme that leads nowhere is one that no operation can use.
    }
  }
  return found;
}

/** What a tool sends for its operation's security requirement. */
export interface Authentication {
  auth: JsonObject | null;
  headers: [string, string][];
  query: [string, string][];
  /** The schemes that it takes. */
  schemes: string[];
  warnings: string[];
}

const none: Authentication = { auth: null, headers: [], query: [], schemes: [], warnings: [] };

/** A secret within a template of the http runtime. */
const secret = (name: string) => `{{secret:${name}}}`;

function authOf(scheme: Scheme, credential: Credential): JsonObject | null {
  const { place, tokenUrl } = scheme;
  switch (scheme.kind) {
    case "bearer":
      return { type: "bearer", secret: credential.secret };
    case "basic":
      return {
        type: "basic",
        username: credential.username ?? "",
        password_secret: credential.secret,
      };
    case "api_key":
      if (!place || place.in === "cookie") return null;
      return { type: "api_key", in: place.in, name: place.name, secret: credential.secret };
    case "client_credentials":
      return {
        type: "oauth2_client_credentials",
        token_url: tokenUrl,
        client_id: credential.username ?? "",
        client_secret: credential.secret,
        ...(credential.scope ? { scope: credential.scope } : {}),
      };
    default:
      return null;
  }
}

/** A second scheme of a requirement goes beside the first, in a header or the query. */
function besides(made: Authentication, scheme: Scheme, { secret: name }: Credential): boolean {
  const { place, kind } = scheme;
  if (kind === "bearer") made.headers.push(["Authorization", `Bearer ${secret(name)}`]);
  else if (place?.in === "header") made.headers.push([place.name, secret(name)]);
  else if (place?.in === "query") made.query.push([place.name, secret(name)]);
  else if (place) made.headers.push(["Cookie", `${place.name}=${secret(name)}`]);
  else return false;
  return true;
}

/**
 * The alternative of a requirement that a tool can meet: the first whose schemes all have a
 * credential, else the first that is known, told of in a warning. Throws nothing.
 */
export function authenticationOf(
  requirement: unknown,
  schemes: ReadonlyMap<string, Scheme>,
  credentials: Readonly<Record<string, Credential>>,
): Authentication {
  const alternatives = (Array.isArray(requirement) ? requirement : []).filter(isJsonObject);
  if (alternatives.length === 0) return none;
  const named = alternatives.map((one) => Object.keys(one));
  const isKnown = (names: string[]) =>
    names.every((name) => (schemes.get(name)?.kind ?? "unsupported") !== "unsupported");
  const has = (name: string) => Object.hasOwn(credentials, name);
  const met = named.find((names) => names.length > 0 && isKnown(names) && names.every(has));
  const open = named.some((names) => names.length === 0);
  const wanted = met ?? (open ? [] : (named.find(isKnown) ?? []));
  const made: Authentication = { ...none, headers: [], query: [], schemes: wanted, warnings: [] };
  if (wanted.length === 0 && !open) {
    made.warnings.push("Its security cannot be met by an http tool; it is called without.");
  }
  for (const name of wanted) {
    const scheme = schemes.get(name);
    const credential = has(name) ? credentials[name] : undefined;
    if (!scheme) continue;
    if (!credential) {
      made.warnings.push(`No secret is chosen for "${scheme.name}"; it is called without.`);
      continue;
    }
    const auth = made.auth === null ? authOf(scheme, credential) : null;
    if (auth) made.auth = auth;
    else if (!besides(made, scheme, credential)) {
      made.warnings.push(`It takes two credentials, and "${scheme.name}" is left out.`);
    }
  }
  return made;
}
