import { byteGatherer } from "#lib/core/egress/gather.ts";
import {
  EgressError,
  type EgressPolicy,
  type EgressRequest,
  type EgressResponse,
  guardedFetch,
} from "#lib/core/egress.ts";
import type { Progress } from "../calls/client.ts";

/** The longest text that a progress message carries. */
const longestMessage = 2_000;
/** A client hears of no more parts; the result has them all. */
const mostMessages = 1_000;

/** Cuts text into the pieces that a reader waits for: events, lines, or what has arrived. */
interface Splitter {
  push(text: string): string[];
  end(): string[];
}

/** Cuts text at its line ends, and looks at each character once however it comes in. */
function lineCutter(): { push(text: string): string[]; end(): string } {
  let rest: string[] = [];
  let afterReturn = false;
  return {
    push(text) {
      if (text === "") return [];
      // The line feed that belongs to the carriage return before it.
      const fresh = afterReturn && text.startsWith("\n") ? text.slice(1) : text;
      afterReturn = text.endsWith("\r");
      const found = fresh.split(/\r\n|[\r\n]/);
      const last = found.pop() ?? "";
      if (found.length > 0) {
        found[0] = rest.join("") + found[0];
        rest = [];
      }
      if (last !== "") rest.push(last);
      return found;
    },
    end: () => rest.join(""),
  };
}

/** Server-sent events (WHATWG HTML, section 9.2): the data of each. */
function events(): Splitter {
  const cutter = lineCutter();
  let data: string[] = [];
  const take = (found: string[]): string[] =>
    found.flatMap((line) => {
      if (/^data(:|$)/.test(line)) data.push(line.replace(/^data:? ?/, ""));
      if (line !== "" || data.length === 0) return [];
      const text = data.join("\n");
      data = [];
      return text === "" ? [] : [text];
    });
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

function pieces(): Splitter {
  return { push: (text) => (text === "" ? [] : [text]), end: () => [] };
}

/** By the answer's type; `byLine`: text by whole lines. */
export function splitterOf(headers: Headers, byLine: boolean): Splitter {
  const type = headers.get("content-type") ?? "";
  if (/^text\/event-stream\b/i.test(type)) return events();
  const isLines = byLine || /^application\/(x-ndjson|jsonl|x-jsonlines)\b/i.test(type);
  return isLines ? lines() : pieces();
}

/** Who hears of the parts of an answer. */
export interface Listener {
  progress?: ((update: Progress) => Promise<void>) | undefined;
  /** Masks the secrets that the endpoint may echo. */
  redact(text: string): string;
  /** Text is told of by whole lines: a secret that comes in two pieces could not be masked. */
  byLine: boolean;
}

/** Gathers a body, and tells of its parts where the answer is a success. */
async function gather(answer: Response, listener: Listener): Promise<Uint8Array> {
  const { progress, redact, byLine } = listener;
  const splitter = splitterOf(answer.headers, byLine);
  const decoder = new TextDecoder();
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
    await tell(splitter.push(decoder.decode(chunk, { stream: true })));
  }
  await tell([...splitter.push(decoder.decode()), ...splitter.end()]);
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
