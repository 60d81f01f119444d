import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { type Connection, type OpenConnection, usualClient } from "./official-clients.ts";

/** An MCP application on this computer: the official client, and where its answers go. */
export interface McpApp {
  /** Uses a new connection; null: a person has to visit `authorizationUrl` first. */
  connected<T>(use: (connection: Connection) => Promise<T>): Promise<T | null>;
  /** Asks for the tenant's own tools over a new connection; null as above. */
  listTools(): Promise<string[] | null>;
  readonly authorizationUrl: string;
  /** Waits for the browser to come back, and takes the code. */
  finish(): Promise<void>;
  /** What came back, once it did. */
  readonly answer: URLSearchParams | null;
  close(): Promise<void>;
}

export async function startMcpApp(
  endpoint: string,
  open: OpenConnection = usualClient,
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
  let connection = open(new URL(endpoint), authProvider);
  async function connected<T>(use: (connection: Connection) => Promise<T>): Promise<T | null> {
    authorizationUrl = "";
    connection = open(new URL(endpoint), authProvider);
    try {
      await connection.connect();
      return await use(connection);
    } catch (error) {
      if (authorizationUrl !== "") return null;
      throw error;
    } finally {
      await connection.close();
    }
  }

  return {
    get authorizationUrl() {
      return authorizationUrl;
    },
    get answer() {
      return answer;
    },
    connected,
    listTools: () => connected(({ listTools }) => listTools()),
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
