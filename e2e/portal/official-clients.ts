import {
  Client,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { reservedNames } from "#lib/tools/reserved-names.ts";

/** One connection of an official client, of whichever generation. */
export interface Connection {
  connect(): Promise<void>;
  /** The protocol revision that client and server agreed upon. */
  revision(): string | undefined;
  /** The names of the tenant's own tools, without the platform's. */
  listTools(): Promise<string[]>;
  callTool(name: string, args: Record<string, unknown>): Promise<unknown>;
  /** Takes the code that the browser came back with. */
  finish(answer: URLSearchParams): Promise<void>;
  close(): Promise<void>;
}

export type OpenConnection = (endpoint: URL, authProvider: OAuthClientProvider) => Connection;

const info = { name: "suite", version: "1.0.0" };

function ownOf({ tools }: { tools: { name: string }[] }): string[] {
  return tools.map(({ name }) => name).filter((name) => !reservedNames.includes(name));
}

function v2(mode: "legacy" | "auto" | { pin: string }): OpenConnection {
  return (endpoint, authProvider) => {
    const transport = new StreamableHTTPClientTransport(endpoint, { authProvider });
    const client = new Client(info, { versionNegotiation: { mode } });
    return {
      connect: () => client.connect(transport),
      revision: () => client.getNegotiatedProtocolVersion(),
      listTools: async () => ownOf(await client.listTools()),
      callTool: (name, args) => client.callTool({ name, arguments: args }),
      finish: (answer) => transport.finishAuth(answer),
      close: () => client.close(),
    };
  };
}

/** The client before it, which knows revisions up to 2025-11-25. */
const v1: OpenConnection = (endpoint, provider) => {
  const authProvider = provider as unknown as NonNullable<
    NonNullable<ConstructorParameters<typeof TransportV1>[1]>["authProvider"]
  >;
  const transport = new TransportV1(endpoint, { authProvider });
  const client = new ClientV1(info);
  return {
    connect: () => client.connect(transport as Parameters<typeof client.connect>[0]),
    revision: () => transport.protocolVersion,
    listTools: async () => ownOf(await client.listTools()),
    callTool: (name, args) => client.callTool({ name, arguments: args }),
    finish: (answer) => transport.finishAuth(answer.get("code") ?? ""),
    close: () => client.close(),
  };
};

/** Each client, and the revision that it has to end up with here. */
export const officialClients: readonly {
  name: string;
  open: OpenConnection;
  revision: string;
}[] = [
  {
    name: "the v2 client pinned to 2026-07-28",
    open: v2({ pin: "2026-07-28" }),
    revision: "2026-07-28",
  },
  { name: "the v2 client in auto mode", open: v2("auto"), revision: "2026-07-28" },
  { name: "the v2 client in legacy mode", open: v2("legacy"), revision: "2025-11-25" },
  { name: "the v1 client", open: v1, revision: "2025-11-25" },
];

/** The current client as it is when nobody sets its mode. */
export const usualClient: OpenConnection = v2("legacy");
