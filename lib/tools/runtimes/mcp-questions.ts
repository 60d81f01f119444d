import { type InputRequest, UrlElicitationRequiredError } from "@modelcontextprotocol/client";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { askableOf } from "#lib/upstreams/asking/capabilities.ts";
import type { Ticket } from "#lib/upstreams/asking/parked.ts";
import { UpstreamError } from "#lib/upstreams/errors.ts";
import type { InputRequired, ToolClient } from "../calls/client.ts";
import { elicitResult } from "../calls/elicitation.ts";
import { ToolError } from "../calls/tool-error.ts";
import type { CallScope } from "./runtime.ts";

/** In the state of a round: the call that waits here for the answers. */
export const ticketKey = "parked";
/** What a current upstream left for itself. */
const upstreamKey = "upstream";
/** How many pages the user was to visit before the call is made at all. */
const visitsKey = "visits";

/** The questions go on without what is secret, since a person reads them; the state as it is. */
export function toQuestions(
  asked: JsonObject | Record<string, InputRequest>,
  state: JsonObject,
  { secrets }: CallScope,
): InputRequired {
  return { inputRequests: secrets.redact(asked) as Record<string, InputRequest>, state };
}

/** What a current upstream asks goes on to our client; its state comes back with the answers. */
export function passedOn({ inputRequests, requestState }: JsonObject, scope: CallScope) {
  return toQuestions(
    isJsonObject(inputRequests) ? inputRequests : {},
    typeof requestState === "string" ? { [upstreamKey]: requestState } : {},
    scope,
  );
}

/** The call that this round goes on with, where one waits. */
export function ticketOf({ requestState }: ToolClient): Ticket | null {
  const said = requestState?.[ticketKey];
  return isJsonObject(said) ? (said as Ticket) : null;
}

/** What goes along with the arguments in a further round of a call that a current upstream asked in. */
export function roundOf({ client: { inputResponses, requestState } }: CallScope): JsonObject {
  if (requestState?.[visitsKey] !== undefined || (!inputResponses && !requestState)) return {};
  const state = requestState?.[upstreamKey];
  return {
    ...(inputResponses ? { inputResponses } : {}),
    ...(typeof state === "string" ? { requestState: state } : {}),
  };
}

const visit = (index: number) => `visit-${index}`;

/**
 * Where the upstream's error says that its user has to visit pages first (-32042, revision
 * 2025-11-25), the client is asked to have them do so; null for another error.
 */
export function toDoFirst(error: unknown, scope: CallScope): InputRequired | null {
  const cause = error instanceof UpstreamError ? error.cause : null;
  const canVisit = askableOf(scope.client.capabilities).elicitation?.url !== undefined;
  if (!(cause instanceof UrlElicitationRequiredError) || !canVisit) return null;
  const visits = cause.elicitations.map(({ url, message }, index) => [
    visit(index),
    { method: "elicitation/create", params: { mode: "url", url, message } },
  ]);
  if (visits.length === 0) return null;
  return toQuestions(Object.fromEntries(visits), { [visitsKey]: visits.length }, scope);
}

/** Throws `ToolError` where the client's user did not visit what they were asked to. */
export function refuseUndone({ requestState, inputResponses }: ToolClient): void {
  const visits = requestState?.[visitsKey];
  if (typeof visits !== "number") return;
  for (let index = 0; index < visits; index++) {
    if (elicitResult(inputResponses?.[visit(index)])?.action === "accept") continue;
    throw new ToolError("declined", "The user did not open the page that the call needs first.");
  }
}
