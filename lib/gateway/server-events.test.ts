import fc from "fast-check";
import { expect, test } from "vitest";
import { readEvents } from "./server-events.ts";

async function read(chunks: Uint8Array[]) {
  const events: { raw: Uint8Array; data: string }[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

const line = fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n]/.test(text));

test("events are the same however their bytes are cut, and their bytes are those that came", async () => {
  const lists = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 1 });
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(lists, cuts, fc.constantFrom("\n", "\r\n"), async (events, sizes, end) => {
      const text = events
        .map(
          (lines) => `event: x${end}${lines.map((each) => `data: ${each}${end}`).join("")}${end}`,
        )
        .join("");
      const bytes = Buffer.from(text);
      const chunks: Uint8Array[] = [];
      for (let at = 0, cut = 0; at < bytes.length; cut++) {
        const size = sizes[cut % sizes.length] ?? 1;
        chunks.push(bytes.subarray(at, at + size));
        at += size;
      }
      const found = await read(chunks);
      expect(found.map(({ data }) => data)).toEqual(events.map((lines) => lines.join("\n")));
      expect(Buffer.concat(found.map(({ raw }) => raw)).equals(bytes)).toBe(true);
    }),
  );
});

test("comments have no data, and what no empty line ends is an event too", async () => {
  const found = await read([Buffer.from(": ping\n\ndata:a\n\ndata: [DONE]\n")]);
  expect(found.map(({ data }) => data)).toEqual(["", "a", "[DONE]"]);
});

test("an event that never ends is refused", async () => {
  const piece = Buffer.alloc(1024 * 1024, "x");
  const endless = Array.from({ length: 10 }, () => piece);
  await expect(read(endless)).rejects.toThrow("larger than 8 MiB");
});

test("lines may end in LF, CR or both, mixed and cut anywhere; a mark of byte order says nothing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("\n", "\r", "\r\n"), { minLength: 3, maxLength: 3 }),
      fc.integer({ min: 1, max: 20 }),
      async ([first = "", second = "", third = ""], size) => {
        // CR and LF of two ends that meet would be one.
        fc.pre(!(first === "\r" && second === "\n") && !(second === "\r" && third === "\n"));
        const text = `\ufeffdata: 1${first}data: two${first}${second}data: 3${third}${third}`;
        const bytes = Buffer.from(text);
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (let at = 0; at < bytes.length; at += size) {
              controller.enqueue(bytes.subarray(at, at + size));
            }
            controller.close();
          },
        });
        const events = [];
        for await (const event of readEvents(body)) events.push(event);
        expect(events.map(({ data }) => data).filter(Boolean)).toEqual(["1\ntwo", "3"]);
        expect(Buffer.concat(events.map(({ raw }) => raw)).toString()).toBe(text);
      },
    ),
  );
});

test("an event of megabytes that comes byte by byte is read in a time that grows with its size", async () => {
  const one = new Uint8Array([0x61]);
  let left = 1_000_000;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(one);
      else controller.close();
    },
  });
  const events = [];
  for await (const { raw } of readEvents(body)) events.push(raw.length);
  expect(events).toEqual([1_000_002]);
});
