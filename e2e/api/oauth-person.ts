import { createHash, hkdfSync, randomBytes } from "node:crypto";
import { encode } from "next-auth/jwt";
import postgres from "postgres";
import { startServer, type TestServer } from "../start-server.ts";
import { callAs } from "./client.ts";

/** A server whose sessions the suite can make: there is no sign-in page in the API's lane. */
export interface OAuthServer extends TestServer {
  /** The value of a session cookie of an account. */
  session(kind: "operator" | "user", id: string): Promise<string>;
  operatorId: string;
  /** What another server on the same database seals and signs with. */
  secretKey: string;
}

export async function startOAuthServer(
  databaseUrl: string,
  env: Record<string, string> = {},
): Promise<OAuthServer> {
  const secretKey = randomBytes(32);
  const server = await startServer({
    databaseUrl,
    args: ["--api-lane-only"],
    env: {
      TAUSESTACK_SECRET_KEY: secretKey.toString("base64"),
      // So that each client registers from an address of its own, far from the limit.
      TAUSESTACK_TRUST_PROXY: "true",
      ...env,
    },
  });
  const sql = postgres(databaseUrl, { max: 1 });
  const [operator] = await sql`select operator_id from operators`;
  await sql.end();
  const secret = Buffer.from(hkdfSync("sha256", secretKey, "tausestack", "session", 32));
  return {
    ...server,
    operatorId: operator?.operator_id as string,
    secretKey: secretKey.toString("base64"),
    session: (kind, sub) =>
      encode({ token: { sub, kind, epoch: 0 }, secret: secret.toString("hex") }),
  };
}

export interface Client {
  client_id: string;
  client_secret?: string;
  redirect_uris: string[];
}

export const callback = "http://127.0.0.1:9/callback";

/** Registers a public client that names the least that MCP clients do. */
export async function register(
  server: { url: string },
  metadata: Record<string, unknown> = {},
): Promise<Client> {
  const from = { "x-forwarded-for": `2001:db8::${randomBytes(2).toString("hex")}` };
  const made = await callAs(server.url, null, from)<Client>("POST", "/oauth/register", {
    client_name: "Suite",
    redirect_uris: [callback],
    token_endpoint_auth_method: "none",
    ...metadata,
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body;
}

const verifier = randomBytes(32).toString("base64url");
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** A person's browser: it follows nothing by itself and keeps cookies. */
export class Browser {
  readonly #url: string;
  readonly #cookies = new Map<string, string>();

  constructor(server: { url: string }, session?: string) {
    this.#url = server.url;
    if (session !== undefined) this.#cookies.set("tausestack.session", session);
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(new URL(path, this.#url), {
      ...init,
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        origin: this.#url,
        "sec-fetch-site": "same-origin",
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }

  post(path: string, form: [string, string][], headers: Record<string, string> = {}) {
    return this.send(path, { method: "POST", body: new URLSearchParams(form), headers });
  }
}

export interface Ask {
  client: Client;
  redirectUri?: string;
  /** Path of the MCP endpoint; "" asks for none. */
  resource?: string;
  scope?: string;
  /** What replaces or adds parameters; undefined leaves one out. */
  more?: Record<string, string | undefined>;
}

export function authorizePath(server: { url: string }, ask: Ask): string {
  const { client, redirectUri = callback, resource = "/mcp", scope, more = {} } = ask;
  const parameters = {
    response_type: "code",
    client_id: client.client_id,
    redirect_uri: redirectUri,
    code_challenge: challenge,
    code_challenge_method: "S256",
    state: "st-1",
    scope,
    resource: resource === "" ? undefined : server.url + resource,
    ...more,
  };
  const set = Object.entries(parameters).filter((entry) => entry[1] !== undefined);
  return `/oauth/authorize?${new URLSearchParams(set as [string, string][])}`;
}

export interface Answer {
  account: string;
  tenant?: string;
  scopes?: string[];
  action?: "allow" | "deny";
}

/** Where a request's consent page stands; throws when the request was not sent there. */
export async function openConsent(browser: Browser, path: string): Promise<string> {
  const sent = await browser.send(path);
  const location = sent.headers.get("location") ?? "";
  if (!location.startsWith("/consent/")) {
    throw new Error(`${sent.status} ${location} ${await sent.text()}`);
  }
  return location;
}

/** Answers the consent page, and follows to where the browser leaves the server. */
export async function answerConsent(
  browser: Browser,
  page: string,
  { account, tenant = "", scopes = [], action = "allow" }: Answer,
): Promise<URL> {
  const form: [string, string][] = [
    ["action", action],
    ["account", account],
    ["tenant_id", tenant],
    ...scopes.map((scope): [string, string] => ["scope", scope]),
  ];
  const taken = await browser.post(page, form);
  const next = taken.headers.get("location") ?? "";
  if (!next.includes("/oauth/authorize/")) return new URL(next, "http://page.invalid");
  const back = await browser.send(next);
  return new URL(back.headers.get("location") ?? `http://none.invalid/${back.status}`);
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
  token_type: string;
  id_token?: string;
}

/** Sends the token endpoint a form. */
async function tokenRequest(
  server: { url: string },
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: Headers; body: Tokens & { error?: string } }> {
  const response = await fetch(`${server.url}/oauth/token`, {
    method: "POST",
    headers,
    body: new URLSearchParams(form),
  });
  const body = (await response.json()) as Tokens & { error?: string };
  return { status: response.status, headers: response.headers, body };
}

export function exchange(
  server: { url: string },
  ask: Ask,
  code: string,
  more = {},
  headers: Record<string, string> = {},
) {
  const form = {
    grant_type: "authorization_code",
    ...(headers.authorization === undefined ? { client_id: ask.client.client_id } : {}),
    code,
    redirect_uri: ask.redirectUri ?? callback,
    code_verifier: verifier,
    ...(ask.resource === "" ? {} : { resource: server.url + (ask.resource ?? "/mcp") }),
    ...more,
  };
  return tokenRequest(server, form, headers);
}

/** The whole flow as an operator: tokens of a new grant in a tenant. */
export async function connect(
  server: OAuthServer,
  tenant: string,
  ask: Partial<Ask> & { scopes?: string[] } = {},
): Promise<Tokens & { client: Client; ask: Ask }> {
  const client = ask.client ?? (await register(server));
  const scopes = ask.scopes ?? ["tools:read", "tools:call"];
  const whole: Ask = { scope: scopes.join(" "), ...ask, client };
  const browser = new Browser(server, await server.session("operator", server.operatorId));
  const page = await openConsent(browser, authorizePath(server, whole));
  const back = await answerConsent(browser, page, { account: server.operatorId, tenant, scopes });
  const code = back.searchParams.get("code");
  if (code === null) throw new Error(back.href);
  const { status, body } = await exchange(server, whole, code);
  if (status !== 200) throw new Error(JSON.stringify(body));
  return { ...body, client, ask: whole };
}

export function refresh(server: { url: string }, client: Client, token: string, more = {}) {
  const form = { grant_type: "refresh_token", client_id: client.client_id, refresh_token: token };
  return tokenRequest(server, { ...form, ...more });
}

/** One JSON-RPC call of an MCP endpoint with a token. */
export function mcp(server: { url: string }, path: string, token: string | null, method: string) {
  return callAs(server.url, token)<{ result?: unknown; detail?: string; scope?: string }>(
    "POST",
    path,
    { jsonrpc: "2.0", id: 1, method, params: method === "tools/call" ? { name: "none" } : {} },
    { accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" },
  );
}
