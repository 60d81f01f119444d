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

/**
 * Runs a tool for the client of a `tools/call`. The SDK ends a current request's signal when the
 * answer has been sent, too; what asked the client and waits for its next request hears no more of it.
 */
export async function forToolClient<T>(
  server: Server,
  context: ServerContext,
  tool: string,
  run: (client: ToolClient) => Promise<T>,
): Promise<T> {
  const client = toolClientOf(server, context, tool);
  const { signal, envelope } = context.mcpReq;
  if (envelope === undefined) return run(client);
  const controller = new AbortController();
  const cancel = () => controller.abort(signal.reason);
  signal.addEventListener("abort", cancel, { once: true });
  if (signal.aborted) cancel();
  try {
    return await run({ ...client, signal: controller.signal });
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
