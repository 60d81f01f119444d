import { EgressError, type EgressResponse, egressFetch } from "#lib/core/egress.ts";
import { AppError } from "#lib/core/errors.ts";
import { findExactJson } from "#lib/core/json.ts";
import { reaches } from "../file/reach.ts";
import type { DriverScope } from "../scope.ts";
import { uriMistake } from "../uri-mistake.ts";
import { parseApiAddress } from "./base-address.ts";
import {
  type ApiAnswer,
  type ApiConnection,
  type ApiRequest,
  requestPath,
} from "./connection-schema.ts";

const largestAnswer = 1024 * 1024;

function matches(rule: string, path: string): boolean {
  if (!rule.endsWith("*")) return path === rule;
  const folder = rule.slice(0, -1);
  return path.startsWith(folder) || `${path}/` === folder;
}

/** Whether the resource's own list allows a request; without a list every one. */
function isAllowed({ allow }: ApiConnection, method: string, path: string): boolean {
  if (allow === undefined) return true;
  return allow.some(
    (rule) =>
      (rule.methods === undefined || rule.methods.some((each) => each === method)) &&
      matches(rule.path, path),
  );
}

/** The base address and a path that stays below it. */
function urlOf(
  base: string,
  { path, query }: ApiRequest,
): { url: URL; basic: string | null; root: URL } {
  const root = parseApiAddress(base);
  if (root.search !== "" || root.hash !== "") {
    throw uriMistake("must be an https:// address without query and fragment");
  }
  const { username, password } = root;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  root.username = "";
  root.password = "";
  const below = root.pathname.replace(/\/$/, "");
  const url = new URL(root);
  url.pathname = `${below}${path}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, String(value));
  // What a parser makes of the path must still lie below the base.
  if (
    url.origin !== root.origin ||
    !(url.pathname === below || url.pathname.startsWith(`${below}/`))
  ) {
    throw new AppError("invalid_request", "/path leads out of the resource's address.");
  }
  return { url, basic: username + password === "" ? null : pair, root };
}

/** Whether an address is below the resource's, and its list and the grant allow it as they do a path. */
function isWithin(
  to: URL,
  root: URL,
  connection: ApiConnection,
  { method }: ApiRequest,
  { limits }: DriverScope,
): boolean {
  const below = root.pathname.replace(/\/$/, "");
  if (to.origin !== root.origin || !to.pathname.startsWith(`${below}/`)) return false;
  const path = to.pathname.slice(below.length);
  if (!requestPath.safeParse(path).success) return false;
  const methods = method === "HEAD" ? ["HEAD"] : [method, "GET"];
  return (
    reaches(limits, path.replace(/^\/|\/$/g, "")) &&
    methods.every((each) => isAllowed(connection, each, path))
  );
}

async function authorization(
  { auth }: ApiConnection,
  basic: string | null,
  secret: DriverScope["secret"],
): Promise<Record<string, string>> {
  const asBasic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
  switch (auth.type) {
    case "none":
      return basic === null ? {} : { authorization: asBasic(basic) };
    case "bearer":
      return { authorization: `Bearer ${await secret(auth.secret)}` };
    case "basic":
      return { authorization: asBasic(`${auth.username}:${await secret(auth.password_secret)}`) };
    case "header":
      return { [auth.name.toLowerCase()]: await secret(auth.secret) };
  }
}

const textual = /^(text\/|application\/(xml|yaml|javascript|x-www-form-urlencoded)|[^;]+\+xml)/i;

function toAnswer({ status, headers, body }: EgressResponse): ApiAnswer {
  const content_type = headers.get("content-type");
  const bytes = Buffer.from(body);
  if (bytes.length === 0) return { status, content_type };
  if (/^application\/([^;]+\+)?json/i.test(content_type ?? "")) {
    const text = bytes.toString("utf8");
    const found = findExactJson(text);
    return found ? { status, content_type, json: found.value } : { status, content_type, text };
  }
  if (content_type === null || textual.test(content_type)) {
    return { status, content_type, text: bytes.toString("utf8") };
  }
  return { status, content_type, base64: bytes.toString("base64") };
}

/**
 * One request of the API, through the egress guard; a redirect leaves neither its origin nor gets
 * the credential elsewhere. Throws `not_found` for a path that no grant reaches, `forbidden` for what
 * the resource's list leaves out, and `upstream_failed`; an answer of any status is an answer.
 */
export async function requestApi(
  scope: DriverScope,
  connection: ApiConnection,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const { method, path, body } = request;
  if (!reaches(scope.limits, path.replace(/^\/|\/$/g, ""))) {
    throw new AppError("forbidden", `What you were granted does not reach ${path}.`);
  }
  if (!isAllowed(connection, method, path)) {
    throw new AppError("forbidden", `The resource does not allow ${method} ${path}.`);
  }
  const { url, basic, root } = urlOf(scope.address, request);
  const credential = await authorization(connection, basic, scope.secret);
  const sent =
    body === undefined || method === "GET" || method === "HEAD" ? undefined : JSON.stringify(body);
  try {
    const answer = await egressFetch(
      url.href,
      {
        method,
        headers: {
          accept: "application/json, text/plain;q=0.9, */*;q=0.8",
          ...(sent === undefined ? {} : { "content-type": "application/json" }),
          ...credential,
        },
        ...(sent === undefined ? {} : { body: sent }),
        secretHeaders: Object.keys(credential),
        timeoutMs: connection.timeout_ms,
        maxBytes: largestAnswer,
        // Each hop has to be what could have been asked for itself: below the address, on its list.
        guard: (to) => {
          if (to.href === url.href || isWithin(to, root, connection, request, scope)) return;
          throw new EgressError("egress_blocked", `the API redirects to ${to.host}${to.pathname}`);
        },
        ...(scope.signal ? { signal: scope.signal } : {}),
      },
      scope.egress,
    );
    return toAnswer(answer);
  } catch (error) {
    if (!(error instanceof EgressError)) throw error;
    throw new AppError("upstream_failed", `The API could not be asked: ${error.message}.`, {
      cause: error,
    });
  }
}
