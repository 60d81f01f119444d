import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { reservedNames } from "#lib/tools/reserved-names.ts";

/** An MCP application on this computer: the official client, and where its answers go. */
export interface McpApp {
  /** Asks for the tenant's own tools; null: a person has to visit `authorizationUrl` first. */
  listTools(): Promise<string[] | null>;
  readonly authorizationUrl: string;
  /** Waits for the browser to come back, and takes the code. */
  finish(): Promise<void>;
  /** What came back, once it did. */
  readonly answer: URLSearchParams | null;
  close(): Promise<void>;
}

/** One connection of a generation of the official client. */
interface Connection {
  listTools(): Promise<string[]>;
  finish(answer: URLSearchParams): Promise<void>;
  close(): Promise<void>;
}

const info = { name: "suite", version: "1.0.0" };

/** The names of the tenant's own tools, without the platform's. */
function ownOf({ tools }: { tools: { name: string }[] }): string[] {
  return tools.map(({ name }) => name).filter((name) => !reservedNames.includes(name));
}

/** The current client. */
function openV2(endpoint: URL, authProvider: OAuthClientProvider): Connection {
  const transport = new StreamableHTTPClientTransport(endpoint, { authProvider });
  const client = new Client(info);
  return {
    async listTools() {
      await client.connect(transport);
      return ownOf(await client.listTools());
    },
    finish: (answer) => transport.finishAuth(answer),
    close: () => client.close(),
  };
}

/** The client before it, which knows revisions up to 2025-11-25. */
function openV1(endpoint: URL, provider: OAuthClientProvider): Connection {
  const authProvider = provider as unknown as NonNullable<
    NonNullable<ConstructorParameters<typeof TransportV1>[1]>["authProvider"]
  >;
  const transport = new TransportV1(endpoint, { authProvider });
  const client = new ClientV1(info);
  return {
    async listTools() {
      await client.connect(transport as Parameters<typeof client.connect>[0]);
      return ownOf(await client.listTools());
    },
    finish: (answer) => transport.finishAuth(answer.get("code") ?? ""),
    close: () => client.close(),
  };
}

export async function startMcpApp(
  endpoint: string,
  { sdk = "v2" }: { sdk?: "v1" | "v2" } = {},
): Promise<McpApp> {
  const arrived = Promise.withResolvers<URLSearchParams>();
  let answer: URLSearchParams | null = null;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://here.invalid");
    if (url.pathname === "/callback") {
      answer = url.searchParams;
      arrived.resolve(url.searchParams);
    }
    response.setHeader("content-type", "text/html");
    response.end("<title>Done</title><link rel=icon href=data:,>You may close this page.");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const redirectUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;

  let client: StoredOAuthClientInformation | undefined;
  let tokens: StoredOAuthTokens | undefined;
  let discovered: OAuthDiscoveryState | undefined;
  let verifier = "";
  let authorizationUrl = "";
  const authProvider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      client_name: "Suite desktop",
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    state: () => "from-the-suite",
    clientInformation: () => client,
    saveClientInformation(information) {
      client = information;
    },
    tokens: () => tokens,
    saveTokens(given) {
      tokens = given;
    },
    redirectToAuthorization(url) {
      authorizationUrl = url.href;
    },
    saveCodeVerifier(text) {
      verifier = text;
    },
    codeVerifier: () => verifier,
    saveDiscoveryState(state) {
      discovered = state;
    },
    discoveryState: () => discovered,
    invalidateCredentials(what) {
      if (what === "all" || what === "client") client = undefined;
      if (what === "all" || what === "tokens") tokens = undefined;
    },
  };
  const open = sdk === "v1" ? openV1 : openV2;
  let connection = open(new URL(endpoint), authProvider);

  return {
    get authorizationUrl() {
      return authorizationUrl;
    },
    get answer() {
      return answer;
    },
    async listTools() {
      authorizationUrl = "";
      connection = open(new URL(endpoint), authProvider);
      try {
        return await connection.listTools();
      } catch (error) {
        if (authorizationUrl !== "") return null;
        throw error;
      } finally {
        await connection.close();
      }
    },
    async finish() {
      await connection.finish(await arrived.promise);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
