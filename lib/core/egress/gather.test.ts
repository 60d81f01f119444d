import fc from "fast-check";
import { expect, test } from "vitest";
import { byteGatherer } from "./gather.ts";

test("what is gathered is what came, in its order, in however many parts", () => {
  const parts = fc.array(fc.uint8Array({ maxLength: 3 }), { maxLength: 5_000, size: "max" });
  fc.assert(
    fc.property(parts, (chunks) => {
      const bytes = byteGatherer();
      for (const chunk of chunks) bytes.push(chunk);
      expect(bytes.whole().equals(Buffer.concat(chunks))).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test("ten thousand single bytes are whole", () => {
  const bytes = byteGatherer();
  for (let at = 0; at < 10_000; at++) bytes.push(Buffer.from([at % 256]));
  const whole = bytes.whole();
  expect(whole).toHaveLength(10_000);
  expect(whole[9_999]).toBe(9_999 % 256);
});
