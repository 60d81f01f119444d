import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkStreamToMessage } from "./chunk-stream.ts";

interface Told {
  type: string;
  index?: number;
  content_block?: { type: string; id?: string };
  delta?: { partial_json?: string; text?: string };
}

function readFrames(frames: string[]): Told[] {
  return frames.map((frame) => JSON.parse(frame.slice(frame.indexOf("data: ") + 6)) as Told);
}

const choice = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});

test("pieces of tool calls in whatever order become whole blocks, one after the other", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ maxLength: 5 }), { maxLength: 5 }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.infiniteStream(fc.nat()),
      (calls, draws) => {
        const stream = chunkStreamToMessage();
        const frames = calls.flatMap((_, index) => {
          const called = { name: `f${index}`, arguments: "" };
          return stream.push(
            choice({ tool_calls: [{ index, id: `id${index}`, function: called }] }),
          );
        });
        const left = calls.map((pieces) => [...pieces]);
        for (let open = [0]; ; ) {
          open = [...left.keys()].filter((index) => (left[index]?.length ?? 0) > 0);
          const index = open[draws.next().value % Math.max(1, open.length)];
          if (index === undefined) break;
          const piece = left[index]?.shift();
          frames.push(
            ...stream.push(choice({ tool_calls: [{ index, function: { arguments: piece } }] })),
          );
        }
        frames.push(...stream.push(choice({}, "tool_calls")), ...stream.push(null));
        const inputs = calls.map(() => "");
        let block = -1;
        for (const { type, index, content_block, delta } of readFrames(frames)) {
          if (type === "content_block_start") {
            block += 1;
            expect([index, content_block?.id]).toEqual([block, `id${block}`]);
          }
          if (type === "content_block_delta") {
            expect(index).toBe(block);
            inputs[block] += delta?.partial_json ?? "";
          }
        }
        expect(inputs).toEqual(calls.map((pieces) => pieces.join("")));
      },
    ),
  );
});
