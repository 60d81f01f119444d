import { randomBytes } from "node:crypto";
import type { ProtectedUpstream } from "#lib/testing/protected-upstream.ts";
import type { TestServer } from "../start-server.ts";
import { type Call, callAs, type NewTenant, newTenant } from "./client.ts";
import type { OAuthServer } from "./oauth-person.ts";

/** A member of a tenant in their browser. */
export interface Person {
  userId: string;
  email: string;
  /** Calls the API of the suite's server, or of another one on the same database. */
  call: Call;
  on(server: { url: string }): Call;
  /** The same where the browser goes by itself, and names no tenant. */
  visit: Call;
}

export interface UpstreamTenant extends NewTenant {
  operator: Call;
  /** Adds somebody new, or with an address somebody who was there before. */
  person(role?: string, email?: string): Promise<Person>;
}

/** What a person's browser sends. */
export function browserOf(cookie: string, server: { url: string }, tenantId: string) {
  const headers = { cookie, "sec-fetch-site": "same-origin" };
  const on = ({ url }: { url: string }) =>
    callAs(url, null, { ...headers, "x-tenant-id": tenantId });
  return { call: on(server), on, visit: callAs(server.url, null, headers) };
}

/** A tenant with the protected upstream `notes`, whose tool `notes_whoami` is accepted. */
export async function tenantOf(
  server: OAuthServer,
  provider: ProtectedUpstream,
  auth: Record<string, unknown> = {},
  made?: NewTenant,
): Promise<UpstreamTenant> {
  const tenant = made ?? (await newTenant({ egress_allow: ["127.0.0.0/8"] }, server));
  const operator = callAs(server.url, server.key, { "x-tenant-id": tenant.tenantId });
  const put = await tenant.call("PUT", "/upstreams/notes", {
    name: "Notes",
    transport: { type: "http", url: provider.mcpUrl },
    auth: { type: "oauth", scope: "user", scopes: "openid email notes", ...auth },
  });
  if (put.status !== 200) throw new Error(JSON.stringify(put.body));
  return {
    ...tenant,
    operator,
    async person(role = "developer", given) {
      const email = given ?? `${randomBytes(6).toString("hex")}@example.com`;
      const made = await operator("POST", "/members", { email, role });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      const userId = String(made.body.user_id);
      const cookie = `tausestack.session=${await server.session("user", userId)}`;
      return { userId, email, ...browserOf(cookie, server, tenant.tenantId) };
    },
  };
}

/** Begins an authorization; answers where the person has to go. */
export async function begin(person: Pick<Person, "call">): Promise<string> {
  const { status, body } = await person.call("POST", "/upstreams/notes/connect");
  if (status !== 200) throw new Error(JSON.stringify(body));
  return String(body.authorization_url);
}

/** Comes back from the provider; answers the page and query that the person is sent to. */
export async function comeBack(person: Pick<Person, "visit">, back: URL) {
  const { status, headers, body } = await person.visit("GET", back.pathname + back.search);
  const page = new URL(headers.get("location") ?? "http://none.invalid", "http://page.invalid");
  return {
    ...{ status, body, path: page.pathname },
    outcome: page.searchParams.get("authorization"),
  };
}

/** The whole way of a person through their browser. */
export async function connectAs(
  person: Pick<Person, "call" | "visit">,
  provider: ProtectedUpstream,
  login: string,
) {
  return comeBack(person, await provider.consent(await begin(person), login));
}

/** What `tools/call` of `notes_whoami` answers over MCP. */
export async function whoami(
  person: Pick<Person, "on">,
  server: TestServer,
): Promise<{ text: string; isError: boolean }> {
  const { body } = await person.on(server)<{
    result?: { content: { text: string }[]; isError?: boolean };
  }>(
    "POST",
    "/mcp",
    {
      ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
      params: { name: "notes_whoami", arguments: {} },
    },
    { accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" },
  );
  const { content, isError = false } = body.result ?? { content: [{ text: JSON.stringify(body) }] };
  return { text: content[0]?.text ?? "", isError: isError || !body.result };
}

/** Reads the upstream's list with a person's account, and accepts its tool. */
export async function acceptWhoami(person: Pick<Person, "call">): Promise<void> {
  const synced = await person.call("POST", "/upstreams/notes/sync");
  if (synced.status !== 200) throw new Error(JSON.stringify(synced.body));
  const { body } = await person.call<{ digest: string }[]>("GET", "/upstreams/notes/tools");
  const tools = [{ name: "whoami", digest: body[0]?.digest }];
  const { status } = await person.call("POST", "/upstreams/notes/tools/accept", { tools });
  if (status !== 200) throw new Error("The tool was not accepted");
}

interface Connection {
  state: string;
  account: string | null;
  connected: boolean;
  connected_at: string | null;
  error: string | null;
}

/** What a person is told of their account. */
export async function connectionOf(person: Pick<Person, "call">): Promise<Connection> {
  const { body } = await person.call<{ connection: Connection }>("GET", "/upstreams/notes");
  return body.connection;
}
