import type { Ctx } from "#lib/core/ctx.ts";
import { AppError } from "#lib/core/errors.ts";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { log } from "#lib/core/log.ts";
import { type Passage, pass } from "#lib/offers/crossing.ts";
import { settlementOf } from "#lib/offers/settle.ts";
import type { UsageEvent } from "#lib/usage/ledger.ts";
import { nestedOrigin } from "../calls/nested.ts";
import { ToolError, type ToolErrorCode } from "../calls/tool-error.ts";
import type { CallToolResult } from "../schema.ts";
import type { CallOrigin, CallScope, Runtime } from "./runtime.ts";

/** What the other tenant's tool says of the caller's own request; all else is that tenant's own. */
const told: readonly ToolErrorCode[] = ["invalid_arguments", "timed_out", "cancelled", "busy"];

/** Outcomes in which nothing ran, so that neither the quota nor the purse is touched. */
const notRun: ReadonlySet<string> = new Set([
  ...["invalid_arguments", "not_runnable", "unknown_handler", "tool_disabled", "stopped"],
  ...["approval_required", "approval_denied", "declined", "busy", "too_deep"],
  ...["upstream_tool_gone", "not_found", "rate_limited", "limit_exceeded"],
]);

const codeOf: Partial<Record<AppError["code"], ToolErrorCode>> = {
  limit_exceeded: "offer_used_up",
  conflict: "offer_changed",
};

function refused(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  return new ToolError(codeOf[error.code] ?? "offer_unavailable", error.message, { cause: error });
}

function failed(providerName: string, code: string, cause?: unknown): ToolError {
  const why: Record<string, string> = {
    needs_client: "it asks its user something, which a tool of another tenant may not",
    not_found: "it is not there any more",
    tool_disabled: "it is disabled there",
    stopped: "it is stopped there",
    approval_required: "the call waits for an approval there; call again later",
    approval_denied: "the call was not approved there",
    rate_limited: "it is called too often; wait a while",
  };
  return new ToolError(
    "offered_tool_failed",
    `The tool of "${providerName}" did not answer: ${why[code] ?? code}.`,
    cause === undefined ? {} : { cause },
  );
}

function textOf({ content, structuredContent }: CallToolResult): string {
  const error = isJsonObject(structuredContent) ? structuredContent.error : undefined;
  if (isJsonObject(error) && typeof error.message === "string") return error.message;
  return content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
}

/** The call inside the other tenant hears nothing of this one's: no trace, no log, no questions. */
function originThere(scope: CallScope, settle: (event: UsageEvent) => void): CallOrigin {
  const { client, depth, callTool, redact } = nestedOrigin(scope);
  const { progress } = scope.client;
  return {
    client: {
      ...{ capabilities: null, signal: client.signal },
      ...(progress ? { progress: (update) => progress(update) } : {}),
    },
    ...{ depth, callTool, redact, settle },
  };
}

/** Where the other tenant's event of the call is put, once there is one. */
interface Told {
  event?: UsageEvent;
}

async function callThere(
  passage: Passage,
  args: JsonObject,
  scope: CallScope,
  { origin, theirs }: { origin: CallOrigin; theirs: Told },
) {
  const startedAt = performance.now();
  const call = { toolId: passage.objectId, arguments: args };
  const answer = await scope.callTool(passage.ctx, call, origin).catch((error: unknown) => {
    if (!(error instanceof AppError)) log.error({ err: error }, "an offered tool failed");
    return { error, code: error instanceof AppError ? error.code : "internal" };
  });
  const code = theirs.event?.errorCode ?? ("error" in answer ? answer.code : undefined);
  const durationMs = performance.now() - startedAt;
  return { answer, code, durationMs };
}

async function callOffered(ctx: Ctx, offerId: string, args: JsonObject, scope: CallScope) {
  const theirs: Told = {};
  const origin = originThere(scope, (event) => {
    theirs.event = event;
  });
  const passage = await pass(ctx, offerId, "tool").catch((error: unknown) => {
    throw refused(error);
  });
  const { answer, code, durationMs } = await callThere(passage, args, scope, { origin, theirs });
  if (code !== undefined && notRun.has(code)) await passage.giveBack();
  const isResult = !("error" in answer);
  const isCharged = isResult && code === undefined && answer.isError !== true;
  const outcome =
    code === undefined
      ? { status: "ok" as const, durationMs }
      : { status: "error" as const, durationMs, errorCode: code };
  if (scope.bill) scope.bill.settlement = settlementOf(passage, outcome, isCharged);
  if (!isResult) throw failed(passage.providerName, answer.code, answer.error);
  if (code === undefined) return answer;
  const known = told.find((each) => each === code);
  if (known) throw new ToolError(known, textOf(answer));
  throw failed(passage.providerName, code);
}

/**
 * A tool that another tenant offers: this side's rules have let the call through; the offer is asked
 * and counted, and the call then runs as the offering tenant's, under its rules, limits and secrets.
 */
export const offerRuntime: Runtime = ({ toolId, config }) => {
  const offerId = String(config.implementation).slice("offer:".length);
  return async (ctx, args, scope) => {
    // Under another id it would run without what governs the tool that was accepted.
    if (toolId !== offerId) {
      throw new ToolError("not_runnable", "An offer runs as the tool that its acceptance made.");
    }
    return callOffered(ctx, offerId, args, scope);
  };
};
