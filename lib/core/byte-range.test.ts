import { expect, test } from "vitest";
import { parseRangeHeader, spanOf } from "./byte-range.ts";

test.each([
  ["bytes=0-9", { start: 0, length: 10 }],
  ["bytes=90-", { start: 90, length: 10 }],
  ["bytes=-10", { start: 90, length: 10 }],
  ["bytes=-1000", { start: 0, length: 100 }],
  ["bytes=95-1000", { start: 95, length: 5 }],
  ["Bytes=0-0", { start: 0, length: 1 }],
])("%s of 100 bytes", (header, span) => {
  expect(parseRangeHeader(header, 100)).toEqual(span);
});

test.each([null, "", "items=0-1", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "bytes=a-b"])(
  "%j is ignored",
  (header) => {
    expect(parseRangeHeader(header, 100)).toBeNull();
  },
);

test.each([
  ["bytes=100-", 100],
  ["bytes=-0", 100],
  ["bytes=0-", 0],
])("%s of %i bytes cannot be served", (header, size) => {
  expect(() => parseRangeHeader(header, size)).toThrow(
    expect.objectContaining({ code: "range_not_satisfiable", status: 416, extra: { size } }),
  );
});

test("a range ends with the bytes that there are", () => {
  expect(spanOf({ start: 3 }, 10)).toEqual({ start: 3, length: 7 });
  expect(spanOf({ start: 3, end: 3 }, 10)).toEqual({ start: 3, length: 1 });
  expect(() => spanOf({ start: 10 }, 10)).toThrow("not within the 10 bytes");
});
