import { byteGatherer } from "#lib/core/egress/gather.ts";
import {
  EgressError,
  type EgressPolicy,
  type EgressRequest,
  type EgressResponse,
  guardedFetch,
} from "#lib/core/egress.ts";
import type { Progress } from "../calls/client.ts";
import { charsetOfMark, contentTypeOf, decoderOf } from "./charset.ts";
import { eventReader, lineCutter, type RecordFormat, recordFormatOf } from "./records.ts";

/** The longest text that a progress message carries. */
const longestMessage = 2_000;
/** A client hears of no more parts; the result has them all. */
const mostMessages = 1_000;

/** Cuts text into the pieces that a reader waits for: events, lines, or what has arrived. */
interface Splitter {
  push(text: string): string[];
  end(): string[];
}

function events(): Splitter {
  const cutter = lineCutter();
  const reader = eventReader();
  const take = (lines: string[]) => reader.take(lines).map(({ data }) => data);
  return {
    push: (text) => take(cutter.push(text)),
    end: () => take([cutter.end(), ""]),
  };
}

function lines(): Splitter {
  const cutter = lineCutter();
  const take = (found: string[]) => found.map((line) => line.trim()).filter((line) => line !== "");
  return { push: (text) => take(cutter.push(text)), end: () => take([cutter.end()]) };
}

/** Records that start with a mark of their own (RFC 7464), and may have lines in them. */
function sequence(): Splitter {
  let rest: string[] = [];
  const take = (text: string): string[] => {
    const whole = rest.join("") + text;
    rest = [];
    return whole.trim() === "" ? [] : [whole.trim()];
  };
  return {
    push(text) {
      const found = text.split("\x1E");
      const last = found.pop() ?? "";
      const told = found.flatMap(take);
      if (last !== "") rest.push(last);
      return told;
    },
    end: () => take(""),
  };
}

function pieces(): Splitter {
  return { push: (text) => (text === "" ? [] : [text]), end: () => [] };
}

/** By the format of the answer; `byLine`: text by whole lines. */
export function splitterOf(format: RecordFormat | null, byLine: boolean): Splitter {
  if (format === "events") return events();
  if (format === "sequence") return sequence();
  return format === "lines" || byLine ? lines() : pieces();
}

/** Who hears of the parts of an answer. */
export interface Listener {
  progress?: ((update: Progress) => Promise<void>) | undefined;
  /** Masks the secrets that the endpoint may echo. */
  redact(text: string): string;
  /** Text is told of by whole lines: a secret that comes in two pieces could not be masked. */
  byLine: boolean;
  /** The format that the answer has whatever its Content-Type says. */
  format?: RecordFormat | undefined;
}

/** Gathers a body, and tells of its parts where the answer is a success. */
async function gather(answer: Response, listener: Listener): Promise<Uint8Array> {
  const { progress, redact, byLine } = listener;
  const { type, charset } = contentTypeOf(answer.headers);
  const splitter = splitterOf(listener.format ?? recordFormatOf(type), byLine);
  let decoder: TextDecoder | undefined;
  const bytes = byteGatherer();
  let count = 0;
  const tell = async (found: string[]) => {
    if (!progress || !answer.ok) return;
    for (const text of found) {
      count += 1;
      if (count > mostMessages) return;
      await progress({ progress: count, message: redact(text).slice(0, longestMessage) });
    }
  };
  for await (const chunk of answer.body ?? []) {
    bytes.push(chunk);
    decoder ??= decoderOf(charsetOfMark(chunk) ?? charset ?? "utf-8");
    await tell(splitter.push(decoder.decode(chunk, { stream: true })));
  }
  await tell([...splitter.push(decoder?.decode() ?? ""), ...splitter.end()]);
  return bytes.whole();
}

/**
 * Sends a request whose answer may take long to be whole, and tells of its parts as they arrive;
 * answers the same as `egressFetch` does. `timeoutMs` is for the whole of it.
 */
export async function fetchStreaming(
  url: string,
  request: EgressRequest,
  policy: EgressPolicy,
  listener: Listener,
): Promise<EgressResponse> {
  const startedAt = performance.now();
  const { timeoutMs = 30_000, maxBytes, signal, method = "GET", headers = {}, body } = request;
  const { host } = new URL(url);
  const late = AbortSignal.timeout(timeoutMs);
  const { secretHeaders = [], secretBody = false } = request;
  const limits = {
    timeoutMs,
    secretHeaders,
    secretBody,
    ...(maxBytes === undefined ? {} : { maxBytes }),
  };
  try {
    const answer = await guardedFetch(policy, limits)(url, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: body as string }),
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: await gather(answer, listener),
      url: answer.url,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } catch (error) {
    if (signal?.aborted) throw new EgressError("egress_aborted", `the call to ${host} was aborted`);
    if (!late.aborted) throw error;
    throw new EgressError("egress_timeout", `${host} did not answer within ${timeoutMs} ms`);
  }
}
