import fc from "fast-check";
import { expect, test } from "vitest";
import { toAmount, toMicros } from "./amount.ts";

test("an amount that is written out is read as the same micro-units", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9_999_999_999_999 }), (micros) => {
      expect(toMicros(toAmount(micros))).toBe(micros);
    }),
  );
});

test.each(["", "-1", "1.2.3", "1e3", "0.0000001", "12345678"])("%j is no amount", (text) => {
  expect(toMicros(text)).toBeNull();
});
