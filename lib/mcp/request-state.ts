import {
  createRequestStateCodec,
  type InputRequiredResult,
  inputRequired,
  ProtocolError,
  ProtocolErrorCode,
  type RequestStateCodec,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { JsonObject } from "#lib/core/json.ts";
import { derivedSecret } from "#lib/core/keyring.ts";
import { singleton } from "#lib/core/singleton.ts";
import type { InputRequired } from "#lib/tools/calls/client.ts";
import { callerOf } from "./caller.ts";

/** What a round leaves for the next one, and of which tool or prompt it is. */
interface RoundState {
  of: string;
  state: JsonObject;
}

/**
 * State of calls that take several rounds (MCP 2026-07-28, basic/patterns/mrtr): it travels through
 * the client, signed, and only the same principal of the same tenant can bring it back, to the same
 * method, on any process and for ten minutes.
 */
export const requestStates = (): RequestStateCodec<RoundState> =>
  singleton("mcp.requestStates", () =>
    createRequestStateCodec<RoundState>({
      key: derivedSecret("mcp-request-state"),
      bind: (context) => {
        const { tenantId, principal } = callerOf(context);
        return JSON.stringify([tenantId, principal.id, context.mcpReq.method]);
      },
    }),
  );

/** The state that an earlier round of the same tool or prompt left; undefined in the first one. */
export function stateOf(context: ServerContext, of: string): JsonObject | undefined {
  const round = context.mcpReq.requestState<RoundState>();
  if (round === undefined) return undefined;
  if (round.of === of) return round.state;
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The requestState is of another call");
}

/** The answer that asks the client; `of` names the tool or prompt that does. */
export async function asking(
  context: ServerContext,
  of: string,
  { inputRequests, state }: InputRequired,
): Promise<InputRequiredResult> {
  const requestState = await requestStates().mint({ of, state: state ?? {} }, context);
  return inputRequired({ inputRequests, requestState });
}
