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

/** Where the event that begins at `from` ends, past its empty line; -1 where that is not there yet. */
function endOfEvent(bytes: Buffer, from: number): number {
  const lf = bytes.indexOf("\n\n", from);
  const crlf = bytes.indexOf("\r\n\r\n", from);
  if (crlf !== -1 && (lf === -1 || crlf < lf)) return crlf + 4;
  return lf === -1 ? -1 : lf + 2;
}

function toEvent(raw: Buffer): ServerEvent {
  const lines = raw.toString("utf8").split(/\r?\n/);
  const data = lines.flatMap((line) =>
    line.startsWith("data:") ? [line.slice(line[5] === " " ? 6 : 5)] : [],
  );
  return { raw, data: data.join("\n") };
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
  let kept: Buffer = Buffer.alloc(0);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const bytes = kept.length === 0 ? Buffer.from(value) : Buffer.concat([kept, value]);
      let from = 0;
      for (let end = endOfEvent(bytes, 0); end !== -1; end = endOfEvent(bytes, from)) {
        yield toEvent(bytes.subarray(from, end));
        from = end;
      }
      kept = bytes.subarray(from);
      if (kept.length > largestEvent) throw new BrokenStream("an event is larger than 8 MiB");
    }
    if (kept.toString("utf8").trim() !== "") {
      yield toEvent(Buffer.concat([kept, Buffer.from("\n\n")]));
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}
