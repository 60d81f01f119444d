import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

/** What a request is sent with besides its address. */
export interface Sent {
  key?: string;
  /** Sent as `X-Tenant-ID`. */
  tenant?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** The parsed JSON, or the text where it is none. */
  body: unknown;
}

/** Calls one deployment over HTTP, as any client would. */
export type Rest = (method: string, path: string, sent?: Sent) => Promise<Answer>;

const timeoutMs = 30_000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function createRest(url: string): Rest {
  return async (method, path, { key, tenant, body, headers = {} } = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        accept: "application/json",
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        ...(tenant === undefined ? {} : { "x-tenant-id": tenant }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: parsed(await response.text()),
    };
  };
}

/** The answer's body; throws with the problem's detail where the request did not succeed. */
export async function expectOk(answer: Promise<Answer>, what: string): Promise<unknown> {
  const { status, body } = await answer;
  if (status >= 200 && status < 300) return body;
  throw new Error(`${what} was answered with ${status}: ${JSON.stringify(body)}`);
}

/** An MCP client over Streamable HTTP: `auto` speaks the newest revision that the server offers. */
export async function openMcp(url: string, key: string, mode: "auto" | "legacy"): Promise<Client> {
  const client = new Client(
    { name: "tausestack-demo", version: "1.0.0" },
    { versionNegotiation: { mode } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  });
  try {
    // The SDK's class declares `sessionId?: string`, its interface wants no explicit undefined.
    await client.connect(transport as Parameters<Client["connect"]>[0], { timeout: timeoutMs });
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

/** The body of an MCP `initialize` request, for attempts that must not get as far as a client. */
export const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "tausestack-demo", version: "1.0.0" },
  },
};

/** What a POST to an MCP endpoint has to accept. */
export const mcpHeaders = { accept: "application/json, text/event-stream" };
