import {
  EgressError,
  type EgressPolicy,
  type EgressRequest,
  type EgressResponse,
  guardedFetch,
} from "#lib/core/egress.ts";
import type { Progress } from "../client.ts";

/** The longest text that a progress message carries. */
const longestMessage = 2_000;

/** Cuts text into the pieces that a reader waits for: events, lines, or what has arrived. */
interface Splitter {
  push(text: string): string[];
  end(): string[];
}

/** Server-sent events (WHATWG HTML, section 9.2): the data of each. */
function events(): Splitter {
  let rest = "";
  const dataOf = (block: string) => {
    const lines = block.split("\n").filter((line) => /^data(:|$)/.test(line));
    return lines.map((line) => line.replace(/^data:? ?/, "")).join("\n");
  };
  const take = (blocks: string[]) => blocks.map(dataOf).filter((text) => text !== "");
  return {
    push(text) {
      const all = rest + text;
      // The line feed that belongs to a carriage return may still be on its way.
      const ready = all.endsWith("\r") ? all.slice(0, -1) : all;
      const blocks = ready.replaceAll(/\r\n?/g, "\n").split("\n\n");
      rest = (blocks.pop() ?? "") + all.slice(ready.length);
      return take(blocks);
    },
    end: () => take([rest]),
  };
}

function lines(): Splitter {
  let rest = "";
  const take = (found: string[]) => found.map((line) => line.trim()).filter((line) => line !== "");
  return {
    push(text) {
      const found = (rest + text).split("\n");
      rest = found.pop() ?? "";
      return take(found);
    },
    end: () => take([rest]),
  };
}

function pieces(): Splitter {
  return { push: (text) => (text === "" ? [] : [text]), end: () => [] };
}

function splitterOf(headers: Headers): Splitter {
  const type = headers.get("content-type") ?? "";
  if (/^text\/event-stream\b/i.test(type)) return events();
  return /^application\/(x-ndjson|jsonl|x-jsonlines)\b/i.test(type) ? lines() : pieces();
}

type Tell = ((update: Progress) => Promise<void>) | undefined;

/** Gathers a body, and tells of its parts where the answer is a success. */
async function gather(answer: Response, progress: Tell): Promise<Uint8Array> {
  const splitter = splitterOf(answer.headers);
  const decoder = new TextDecoder();
  const chunks: Uint8Array[] = [];
  let count = 0;
  const tell = async (found: string[]) => {
    for (const text of answer.ok ? found : []) {
      count += 1;
      await progress?.({ progress: count, message: text.slice(0, longestMessage) });
    }
  };
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk);
    await tell(splitter.push(decoder.decode(chunk, { stream: true })));
  }
  await tell([...splitter.push(decoder.decode()), ...splitter.end()]);
  return Buffer.concat(chunks);
}

/**
 * Sends a request whose answer may take long to be whole, and tells of its parts as they arrive;
 * answers the same as `egressFetch` does. `timeoutMs` is for the whole of it.
 */
export async function fetchStreaming(
  url: string,
  request: EgressRequest,
  policy: EgressPolicy,
  progress: Tell,
): Promise<EgressResponse> {
  const startedAt = performance.now();
  const { timeoutMs = 30_000, maxBytes, signal, method = "GET", headers = {}, body } = request;
  const { host } = new URL(url);
  const late = AbortSignal.timeout(timeoutMs);
  const secretHeaders = request.secretHeaders ?? [];
  const limits = { timeoutMs, secretHeaders, ...(maxBytes === undefined ? {} : { maxBytes }) };
  try {
    const answer = await guardedFetch(policy, limits)(url, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: body as string }),
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: await gather(answer, progress),
      url: answer.url,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } catch (error) {
    if (signal?.aborted) throw new EgressError("egress_aborted", `the call to ${host} was aborted`);
    if (!late.aborted) throw error;
    throw new EgressError("egress_timeout", `${host} did not answer within ${timeoutMs} ms`);
  }
}
