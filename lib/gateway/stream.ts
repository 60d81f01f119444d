import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { errorOfEvent } from "./error-answer.ts";
import { BrokenStream, type ServerEvent } from "./server-events.ts";
import type { StreamTranslation } from "./translate/message-stream.ts";
import type { Told } from "./usage-reader.ts";

/** What carries a provider's events to the client: as they are, or in the other dialect. */
export interface Carrier {
  /** What an event becomes; `data` is null for OpenAI's `[DONE]`. */
  carry(event: ServerEvent, data: JsonObject | null): Uint8Array[];
  /** What is still to be said when the provider's stream is over. */
  end(): Uint8Array[];
}

/** Passes the very bytes on, but for a part that tells of nothing but a use that was not asked for. */
export function passOn(hidesUsage: boolean): Carrier {
  return {
    carry(event, data) {
      const isUsage = data?.usage && Array.isArray(data.choices) && data.choices.length === 0;
      return hidesUsage && isUsage ? [] : [event.raw];
    },
    end: () => [],
  };
}

/** Carries events in the other dialect. */
export function carryOver(translation: StreamTranslation): Carrier {
  const bytes = (frames: string[]) => frames.map((frame) => Buffer.from(frame));
  return {
    carry: (_, data) => bytes(translation.push(data)),
    end: () => bytes(translation.end()),
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
}

/**
 * An answer as the client gets it, part by part. The ledger has it before its last part is given,
 * also where it breaks off; then the last part is an error in the client's dialect.
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
    await settle(error).catch((unmetered: unknown) => {
      last = unmetered;
    });
    yield parts.errorFrame(last);
  }
}

/** The body of a streamed answer. `gone` is told when the client has left before its end. */
export function streamBody(
  parts: StreamParts,
  gone: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const pieces = partsOf(parts);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: gone,
  });
}
