import {
  type Client,
  type ClientContext,
  type InputRequest,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/client";
import type { JsonObject } from "#lib/core/json.ts";
import type { Askable } from "./capabilities.ts";

/**
 * Answers what a server of a revision up to 2025-11-25 asks during a call, with the result as our
 * client sent it: the SDK checks it. `signal` ends when the server takes the question back.
 */
export type Ask = (question: InputRequest, signal: AbortSignal) => Promise<JsonObject>;

/** The answer that is always true of somebody who does not answer; an error where there is none. */
export function noAnswer({ method }: InputRequest): JsonObject {
  if (method === "elicitation/create") return { action: "cancel" };
  throw new ProtocolError(
    ProtocolErrorCode.InternalError,
    `There is no call under way whose client could answer ${method}.`,
  );
}

/** What belongs to the upstream's connection does not go on; modern clients know no elicitation ids. */
function toQuestion({ method, params }: { method: string; params?: object | undefined }) {
  const { _meta, elicitationId, task, ...asked } = (params ?? {}) as JsonObject;
  return { method, params: asked } as unknown as InputRequest;
}

/** Has `ask` answer what the server of this client asks; the SDK lets only what is declared be asked. */
export function answerWith(client: Client, askable: Askable, ask: Ask): void {
  type Asked = { method: string; params?: object | undefined };
  // What a client of ours answered is checked by the SDK, which wraps these handlers.
  const reply = async (request: Asked, { mcpReq }: ClientContext) =>
    (await ask(toQuestion(request), mcpReq.signal)) as never;
  if (askable.elicitation) client.setRequestHandler("elicitation/create", reply);
  if (askable.sampling) client.setRequestHandler("sampling/createMessage", reply);
  if (askable.roots) client.setRequestHandler("roots/list", reply);
}
