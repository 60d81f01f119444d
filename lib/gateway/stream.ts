import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { ProviderType } from "#lib/providers/schema.ts";
import { type Ending, limitEvents, type Tokens } from "./cut.ts";
import { errorOfEvent } from "./error-answer.ts";
import { BrokenStream, type ServerEvent } from "./server-events.ts";
import type { StreamTranslation } from "./translate/message-stream.ts";
import type { Told } from "./usage-reader.ts";

const bytesOf = (frames: string[]) => frames.map((frame) => Buffer.from(frame));

/** What carries a provider's events to the client: as they are, or in the other dialect. */
export interface Carrier {
  /** What an event becomes; `data` is null for OpenAI's `[DONE]`. */
  carry(event: ServerEvent, data: JsonObject | null): Uint8Array[];
  /** What is still to be said when the provider's stream is over. */
  end(): Uint8Array[];
  /** What ends an answer as one that has reached its limit. */
  cut(tokens: Tokens): Uint8Array[];
}

/** Passes the very bytes on, but for a part that tells of nothing but a use that was not asked for. */
export function passOn(hidesUsage: boolean, ending: Ending): Carrier {
  return {
    carry(event, data) {
      if (data) ending.saw(data);
      const isUsage = data?.usage && Array.isArray(data.choices) && data.choices.length === 0;
      return hidesUsage && isUsage ? [] : [event.raw];
    },
    end: () => [],
    cut: (tokens) => bytesOf(ending.frames(tokens)),
  };
}

/** Carries a provider's events in the other dialect. */
export function carryOver(translation: StreamTranslation, provider: ProviderType): Carrier {
  return {
    carry: (_, data) => bytesOf(translation.push(data)),
    end: () => bytesOf(translation.end()),
    cut(tokens) {
      const told = limitEvents[provider](tokens).flatMap((event) => translation.push(event));
      return bytesOf([...told, ...translation.end()]);
    },
  };
}

const lastEvents = /^(message_stop|response\.(completed|incomplete|failed))$/;

function readData(text: string): JsonObject | null {
  if (text.trim() === "[DONE]") return null;
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new BrokenStream("an event is not JSON", { cause });
  }
  if (!isJsonObject(data)) throw new BrokenStream("an event is no JSON object");
  return data;
}

export interface StreamParts {
  provider: string;
  events: AsyncGenerator<ServerEvent, void, undefined>;
  carrier: Carrier;
  told: Told;
  read(told: Told, data: JsonObject): void;
  /** Resolves when the answer is in the ledger; `error` is what broke it off. */
  settle(error: unknown): Promise<void>;
  /** What the client is told of an error in the midst of an answer. */
  errorFrame(error: unknown): Uint8Array;
  /** What has come is more than was reserved for, or has taken longer. */
  isPast(): boolean;
  isLate(): boolean;
  tokens(): Tokens;
  /** Ends the provider's request. */
  stop(): void;
}

async function* cutOff(parts: StreamParts): AsyncGenerator<Uint8Array, void, undefined> {
  parts.stop();
  await parts.settle(null);
  yield* parts.carrier.cut(parts.tokens());
}

/**
 * An answer as the client gets it, part by part. The ledger has it before its last part is given,
 * also where it breaks off; then the last part is an error in the client's dialect. What goes on past
 * what was reserved for is ended as an answer that has reached its limit.
 */
async function* partsOf(parts: StreamParts): AsyncGenerator<Uint8Array, void, undefined> {
  const { events, carrier, told, read, settle } = parts;
  try {
    for await (const event of events) {
      if (event.data === "") {
        yield event.raw;
        continue;
      }
      const refusal = errorOfEvent(parts.provider, event.data);
      if (refusal) throw refusal;
      const data = readData(event.data);
      if (data) read(told, data);
      if (data && parts.isPast()) {
        yield* cutOff(parts);
        return;
      }
      const carried = carrier.carry(event, data);
      if (data === null || lastEvents.test(String(data.type))) {
        await settle(null);
        yield* carried;
        return;
      }
      yield* carried;
    }
    if (!told.hasStopped) throw new BrokenStream("its answer broke off");
    await settle(null);
    yield* carrier.end();
  } catch (error) {
    let last = error;
    if (parts.isLate()) {
      try {
        yield* cutOff(parts);
        return;
      } catch (unmetered) {
        last = unmetered;
      }
    }
    await settle(error).catch((unmetered: unknown) => {
      last = unmetered;
    });
    yield parts.errorFrame(last);
  }
}

/** A client that takes nothing for so long keeps a provider's connection open for nothing. */
const longestUnreadMs = 120_000;

/** The body of a streamed answer. `gone` is told when the client has left before its end. */
export function streamBody(
  parts: StreamParts,
  gone: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const pieces = partsOf(parts);
  let unread: NodeJS.Timeout | undefined;
  return new ReadableStream({
    async pull(controller) {
      clearTimeout(unread);
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else {
        controller.enqueue(value);
        unread = setTimeout(() => {
          controller.error(new Error("the client does not read"));
          void gone().catch(() => undefined);
        }, longestUnreadMs).unref();
      }
    },
    cancel() {
      clearTimeout(unread);
      return gone();
    },
  });
}
