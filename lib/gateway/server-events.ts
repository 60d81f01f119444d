/** One event of a stream of server-sent events. */
export interface ServerEvent {
  /** The very bytes, with the empty line that ends it. */
  raw: Uint8Array;
  /** Its data, lines joined; empty where it has none, such as a comment that keeps a line alive. */
  data: string;
}

const largestEvent = 8 * 1024 * 1024;

/** What came instead of a stream of events that a dialect knows. */
export class BrokenStream extends Error {
  override readonly name = "BrokenStream";
}

function toEvent(raw: Buffer): ServerEvent {
  const lines = raw
    .toString("utf8")
    .replace(/^\ufeff/, "")
    .split(/\r\n|\r|\n/);
  const data = lines.flatMap((line) =>
    line.startsWith("data:") ? [line.slice(line[5] === " " ? 6 : 5)] : [],
  );
  return { raw, data: data.join("\n") };
}

const [lf, cr] = [0x0a, 0x0d];

/**
 * Cuts bytes into events at empty lines, whose ends are LF, CR or both. Each byte is looked at once:
 * a provider that sends an event byte by byte costs no more than one that sends it whole.
 */
function eventCutter() {
  let kept: Buffer = Buffer.alloc(0);
  let keptBytes = 0;
  let isEmptyLine = true;
  let isAfterCr = false;
  /** The event is over, but for an LF that may belong to its last CR. */
  let isEnding = false;

  const take = (last: Uint8Array): Buffer => {
    const raw = Buffer.concat([kept.subarray(0, keptBytes), last]);
    [kept, keptBytes, isEmptyLine, isEnding] = [Buffer.alloc(0), 0, true, false];
    return raw;
  };
  // Doubling, since pieces may be of a byte, and an object for each would be far larger.
  const keep = (piece: Uint8Array) => {
    const size = keptBytes + piece.length;
    if (size > kept.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, kept.length * 2));
      kept.copy(larger, 0, 0, keptBytes);
      kept = larger;
    }
    kept.set(piece, keptBytes);
    keptBytes = size;
  };

  return {
    *push(bytes: Uint8Array): Generator<Buffer, void, undefined> {
      let from = 0;
      for (let at = 0; at < bytes.length; at++) {
        const byte = bytes[at];
        const isSecondHalf = isAfterCr && byte === lf;
        isAfterCr = byte === cr;
        if (isEnding) {
          const end = isSecondHalf ? at + 1 : at;
          const raw = take(bytes.subarray(from, end));
          from = end;
          yield raw;
        }
        if (isSecondHalf) continue;
        if (byte !== lf && byte !== cr) isEmptyLine = false;
        else if (!isEmptyLine) isEmptyLine = true;
        else if (byte === cr) isEnding = true;
        else {
          const raw = take(bytes.subarray(from, at + 1));
          from = at + 1;
          yield raw;
        }
      }
      if (from === bytes.length) return;
      keep(bytes.subarray(from));
      if (keptBytes > largestEvent) throw new BrokenStream("an event is larger than 8 MiB");
    },
    /** What stands after the last empty line. */
    rest: () => {
      const isWhole = isEnding;
      const raw = take(Buffer.alloc(0));
      return isWhole ? raw : Buffer.concat([raw, Buffer.from("\n\n")]);
    },
  };
}

/**
 * The events of a body as they arrive (HTML Standard, section 9.2), each with its own bytes. What
 * stands after the last empty line is an event too, since some servers leave that line out. Throws
 * `BrokenStream` for an event past 8 MiB, and whatever the body fails with.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = body.getReader();
  const cutter = eventCutter();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      for (const raw of cutter.push(value)) yield toEvent(raw);
    }
    const rest = cutter.rest();
    if (rest.toString("utf8").trim() !== "") yield toEvent(rest);
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
