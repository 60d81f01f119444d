import type { InputRequest } from "@modelcontextprotocol/client";
import type { JsonObject } from "#lib/core/json.ts";
import { UpstreamError } from "../errors.ts";
import { type Ask, noAnswer } from "./questions.ts";

/** What a caller is told during a round of the call, and what they answer in it. */
export interface Round<P> {
  signal?: AbortSignal | undefined;
  progress?: ((update: P) => void) | undefined;
  log?: ((level: string, data: unknown, logger: string | undefined) => void) | undefined;
  /** By the names of the questions; a question without an answer is asked again. */
  answers?: Readonly<Record<string, unknown>> | undefined;
}

/** What the call itself is given. */
export interface Line<P> {
  signal: AbortSignal;
  ask: Ask;
  progress(update: P): void;
  log(level: string, data: unknown, logger: string | undefined): void;
}

export type Next<T> = { answer: T } | { asked: Record<string, InputRequest> };

/** A call that goes on over several rounds with its caller, who answers what it asks in between. */
export interface Conversation<T, P> {
  /** The call's answer, or what it asks next. Rejects as the call does. */
  next(round: Round<P>): Promise<Next<T>>;
  /** Cancels the call; what it has asked is answered that nobody does. */
  end(reason: UpstreamError): void;
  /** When the call is over: true where it came to its own end, which `next` then tells. */
  readonly over: Promise<boolean>;
}

interface Question {
  request: InputRequest;
  answer(given: JsonObject): void;
  giveUp(): void;
}

/** Why a round's signal ended: the tool's own time limit, or its client. */
function toEnd(signal: AbortSignal): UpstreamError {
  const isLate = signal.reason instanceof Error && signal.reason.name === "TimeoutError";
  return isLate
    ? new UpstreamError("timed_out", "The call took longer than the tool may.")
    : new UpstreamError("cancelled", "The call was cancelled.");
}

/**
 * Begins a call. It is cancelled when the signal of one of its rounds ends, also between them, and
 * when the other side is silent for `silenceMs`, while it is not waiting for an answer of ours.
 */
export function converse<T, P>(
  silenceMs: number,
  call: (line: Line<P>) => Promise<T>,
): Conversation<T, P> {
  const controller = new AbortController();
  const open = new Map<string, Question>();
  let round: Round<P> = {};
  let asked = Promise.withResolvers<null>();
  let count = 0;
  let silence: NodeJS.Timeout | undefined;
  let isOver = false;
  let ended: UpstreamError | undefined;

  function listen(): void {
    clearTimeout(silence);
    if (open.size > 0 || controller.signal.aborted) return;
    const late = () => end(new UpstreamError("timed_out", "The upstream did not answer in time."));
    silence = setTimeout(late, silenceMs).unref();
  }

  function end(reason: UpstreamError): void {
    ended ??= reason;
    for (const question of open.values()) question.giveUp();
    // The answers go first: after its cancellation the server may not look at them.
    setImmediate(() => controller.abort(reason));
  }

  const ask: Ask = (request, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
    const name = `question-${++count}`;
    const settle = (how: () => void) => {
      if (!open.delete(name)) return;
      how();
      listen();
    };
    const giveUp = () =>
      settle(() => {
        try {
          resolve(noAnswer(request));
        } catch (error) {
          reject(error);
        }
      });
    open.set(name, { request, giveUp, answer: (given) => settle(() => resolve(given)) });
    signal.addEventListener("abort", giveUp, { once: true });
    listen();
    asked.resolve(null);
    return promise;
  };

  listen();
  const answer = call({
    signal: controller.signal,
    ask,
    progress(update) {
      listen();
      round.progress?.(update);
    },
    log: (...message) => round.log?.(...message),
  });
  const close = () => {
    isOver = true;
    for (const question of open.values()) question.giveUp();
    clearTimeout(silence);
    return ended === undefined;
  };
  const over = answer.then(close, close);

  return {
    over,
    end,
    async next(told) {
      round = told;
      const { signal, answers = {} } = told;
      const leave = () => signal && end(toEnd(signal));
      if (signal?.aborted) leave();
      else signal?.addEventListener("abort", leave, { once: true });
      void over.then(() => signal?.removeEventListener("abort", leave));
      for (const [name, question] of [...open]) {
        const given = answers[name];
        if (given !== undefined) question.answer(given as JsonObject);
      }
      for (;;) {
        if (ended) throw ended;
        // The server may have gone on without an answer.
        if (isOver) return { answer: await answer };
        if (open.size > 0) {
          round = {};
          return {
            asked: Object.fromEntries([...open].map(([name, { request }]) => [name, request])),
          };
        }
        asked = Promise.withResolvers<null>();
        await Promise.race([over, asked.promise]);
      }
    },
  };
}
