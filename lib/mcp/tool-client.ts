import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  type Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { ToolClient } from "#lib/tools/calls/client.ts";
import { stateOf } from "./request-state.ts";

/** What the client can be asked: said with each modern request, or once when a session began. */
export function capabilitiesOf(server: Server, context: ServerContext): ClientCapabilities | null {
  const envelope = context.mcpReq.envelope as Record<string, unknown> | undefined;
  const said = envelope?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  return said ?? server.getClientCapabilities() ?? null;
}

/** The client of a `tools/call`, for the tool that runs. */
export function toolClientOf(server: Server, context: ServerContext, tool: string): ToolClient {
  const { mcpReq } = context;
  const progressToken = mcpReq._meta?.progressToken;
  return {
    signal: mcpReq.signal,
    capabilities: capabilitiesOf(server, context),
    inputResponses: mcpReq.inputResponses,
    requestState: stateOf(context, tool),
    log: (level, data, logger) => mcpReq.log(level, data, logger),
    ...(progressToken === undefined
      ? {}
      : {
          progress: (update) =>
            mcpReq.notify({
              method: "notifications/progress",
              params: { progressToken, ...update },
            }),
        }),
  };
}
