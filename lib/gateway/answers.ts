import type { Ctx } from "#lib/core/ctx.ts";
import type { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { log } from "#lib/core/log.ts";
import { toProblem } from "#lib/core/problem.ts";
import type { ErrorShape } from "#lib/http/raw-route.ts";
import type { ModelTarget } from "#lib/providers/find-model.ts";
import type { Asked } from "./ask-provider.ts";
import { endings } from "./cut.ts";
import type { Door } from "./doors.ts";
import { errorSchemas, errorShapes, shapeProblem } from "./error-shapes.ts";
import { NotServed, type Served } from "./failover.ts";
import { Failure } from "./failure.ts";
import { longestStreamMs } from "./hold.ts";
import { BrokenStream } from "./server-events.ts";
import { type Attempt, settleAnswer, tokensOf } from "./settle.ts";
import { carryOver, passOn, streamBody } from "./stream.ts";
import { nothingTold, type Told, usageReaders } from "./usage-reader.ts";

/** Whom an answer is for. */
export interface AnswerTo {
  ctx: Ctx;
  door: Door;
  /** The request's body, by which tokens are estimated that nobody told. */
  request: JsonObject;
  includeUsage: boolean;
  /** Ends what runs for a client that has left. */
  gone: AbortController;
  /** The answer is over: it counts no longer as one under way. */
  leave(): void;
}

function headersOf(target: ModelTarget, attempts: number): Record<string, string> {
  // A header holds no more than ASCII, and names are the tenant's own.
  const plain = (text: string) => text.toWellFormed().replace(/[^\x20-\x7e]+/g, encodeURIComponent);
  return {
    "x-tausestack-provider": plain(target.provider.name),
    "x-tausestack-model": plain(target.model),
    "x-tausestack-attempts": String(attempts),
  };
}

function broken({ name }: { name: string }, cause: BrokenStream): Failure {
  const text = `The provider ${name} answered something else than its API says: ${cause.message}.`;
  const circumstances = { status: 502, goesOn: true, wasAsked: true, cause };
  return new Failure("provider_invalid_answer", text, circumstances);
}

/** The code that the ledger has for what broke an answer off. */
function codeOf(error: unknown): string | null {
  if (error === null) return null;
  if (error instanceof Failure) return error.code;
  if (error instanceof BrokenStream) return "provider_invalid_answer";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "provider_failed";
}

/** An answer that is whole, once it is in the ledger. Throws `NotServed` for one that is none. */
export async function wholeResponse(
  { door, request }: AnswerTo,
  { attempt, attempts }: Served,
  { text, data }: Extract<Asked, { kind: "whole" }>,
): Promise<Response> {
  const { provider } = attempt.target;
  const told = nothingTold();
  usageReaders[provider.type](told, data);
  let body = text;
  let error: BrokenStream | null = null;
  try {
    if (provider.type !== door.dialect && door.crossing) {
      body = JSON.stringify(door.crossing.answer(data));
    }
  } catch (cause) {
    if (!(cause instanceof BrokenStream)) throw cause;
    error = cause;
  }
  const cost = await settleAnswer(attempt, request, told, codeOf(error));
  if (error) throw new NotServed(broken(provider, error), attempt.target, attempts);
  return new Response(body, {
    headers: {
      "content-type": "application/json",
      ...headersOf(attempt.target, attempts),
      ...(cost === null ? {} : { "x-tausestack-cost-micros": String(cost) }),
    },
  });
}

/**
 * Even dense text has no more bytes a token in the long run: past so many, a provider has gone on
 * beyond the limit that it was asked to keep.
 */
const mostBytesPerToken = 8;

function isPast({ most, reservation }: Attempt, { tokensOut, bytes, hasStopped }: Told): boolean {
  if (!reservation || !most) return false;
  if (bytes > most.tokensOut * mostBytesPerToken) return true;
  return !hasStopped && (tokensOut ?? 0) > most.tokensOut;
}

/** An answer that is streamed, from its first part on. */
export function streamResponse(
  { ctx, door, request, includeUsage, gone, leave }: AnswerTo,
  { attempt, attempts }: Served,
  { events, stop }: Extract<Asked, { kind: "stream" }>,
): Response {
  const { provider } = attempt.target;
  const told = nothingTold();
  let settled: Promise<void> | null = null;
  const settle = (code: string | null) => {
    settled ??= settleAnswer(attempt, request, told, code)
      .then(() => undefined)
      .finally(() => {
        clearTimeout(late);
        leave();
      });
    return settled;
  };
  let isLate = false;
  const end = () => {
    isLate = true;
    stop();
  };
  const late = attempt.reservation ? setTimeout(end, longestStreamMs) : undefined;
  const crossing = provider.type === door.dialect ? null : door.crossing;
  const hidesUsage = door.name === "chat/completions" && !includeUsage;
  const body = streamBody(
    {
      ...{ provider: provider.name, events, told, read: usageReaders[provider.type] },
      carrier: crossing
        ? carryOver(crossing.stream(includeUsage), provider.type)
        : passOn(hidesUsage, endings[door.shape](includeUsage)),
      isPast: () => isPast(attempt, told),
      isLate: () => isLate,
      tokens: () => tokensOf(attempt, request, told),
      stop,
      settle(error) {
        const hasLeft = gone.signal.aborted;
        if (error !== null && !hasLeft) log.warn({ err: error }, "a streamed answer broke off");
        if (error !== null) stop();
        return settle(hasLeft && error !== null ? "cancelled" : codeOf(error));
      },
      errorFrame: (error) => errorFrame(ctx, door, provider.name, error),
    },
    async () => {
      gone.abort();
      stop();
      await settle("cancelled");
    },
  );
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-store",
      "x-accel-buffering": "no",
      ...headersOf(attempt.target, attempts),
    },
  });
}

function errorFrame({ requestId }: Ctx, door: Door, name: string, error: unknown): Uint8Array {
  const failure = error instanceof BrokenStream ? broken({ name }, error) : error;
  const problem = toProblem(failure, requestId);
  const told =
    failure instanceof Failure
      ? { status: failure.status, code: failure.code, message: failure.message }
      : isEgress(failure)
        ? { status: 502, code: failure.code, message: `The provider ${name}: ${failure.message}.` }
        : { status: problem.status, code: problem.code, message: problem.detail };
  const shaped = errorShapes[door.dialect]({ ...told, param: null, requestId });
  const event = door.dialect === "anthropic" ? "event: error\n" : "";
  return Buffer.from(`${event}data: ${JSON.stringify(shaped)}\n\n`);
}

function isEgress(error: unknown): error is Error & { code: string } {
  return error instanceof Error && error.name === "EgressError" && "code" in error;
}

/** What the last provider that was asked said, in the door's dialect. */
export function failureResponse(
  { ctx, door }: AnswerTo,
  { failure, target, attempts }: NotServed,
): Response {
  const { status, code, message, answer, retryAfterSeconds } = failure;
  const isSame = target.provider.type === door.dialect;
  const shaped = errorShapes[door.dialect]({
    ...{ status, code, message, param: null, requestId: ctx.requestId },
  });
  const headers: Record<string, string> = {
    "content-type": isSame && answer ? answer.contentType : "application/json",
    ...headersOf(target, attempts),
  };
  if (retryAfterSeconds !== undefined)
    headers["retry-after"] = String(Math.ceil(retryAfterSeconds));
  // The vendors' own clients try a 502 again, which changes nothing of a key that is refused.
  if (!failure.goesOn) headers["x-should-retry"] = "false";
  return new Response(isSame && answer ? answer.body : JSON.stringify(shaped), { status, headers });
}

/** A refusal of ours that the vendors' own clients would try again by its status, for nothing. */
export function refusalResponse({ ctx, door }: AnswerTo, error: AppError): Response {
  const problem = toProblem(error, ctx.requestId);
  return new Response(JSON.stringify(shapeProblem(door.dialect, problem)), {
    status: problem.status,
    headers: { "content-type": "application/json", "x-should-retry": "false" },
  });
}

/** The shape of an error of ours at a door. */
export function errorOf({ dialect }: Door): ErrorShape {
  return { schema: errorSchemas[dialect], shape: (problem) => shapeProblem(dialect, problem) };
}
