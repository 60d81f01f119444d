import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeCursor,
  decodeTimeCursor,
  encodeCursor,
  pageQuery,
  pageSize,
  toPage,
} from "./page.ts";

const key = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));

test("a cursor gives back the keys it was made of", () => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), (keys) => {
      const cursor = encodeCursor(...keys);
      expect(cursor).toMatch(/^[\w-]+$/);
      expect(decodeCursor(cursor, keys.length)).toEqual(keys);
    }),
  );
});

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test.each([
  "",
  "garbage!",
  base64("a"),
  base64([]),
  base64(["a", "b"]),
  base64([1]),
  base64([null]),
  base64(["a\0"]),
  base64({ 0: "a", length: 1 }),
])("%j is refused as a cursor, pointing at it", (cursor) => {
  expect(() => decodeCursor(cursor, 1)).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      errors: [expect.objectContaining({ pointer: "/cursor" })],
    }),
  );
});

test("a cursor of times gives its time back, and one without a time is refused", () => {
  const at = "2026-01-31T10:00:00.000Z";
  expect(decodeTimeCursor(base64([at, "x"]))).toEqual({ at, id: "x" });
  for (const wrong of [["a", "x"], ["2026-99-99T10:00:00Z", "x"], [at]]) {
    expect(() => decodeTimeCursor(base64(wrong))).toThrow(
      expect.objectContaining({ code: "invalid_request" }),
    );
  }
});

test("a page has a next one exactly when there is a row more than it shows", () => {
  const rows = ["a", "b", "c"];
  const page = (size: number) =>
    toPage(
      rows,
      size,
      (row) => [row],
      (row) => row.toUpperCase(),
    );
  expect(page(3)).toEqual({ items: ["A", "B", "C"], next: null });
  expect(page(2)).toEqual({ items: ["A", "B"], next: encodeCursor("b") });
  expect(toPage([], 2, () => [""], String)).toEqual({ items: [], next: null });
});

test("without a limit a list is whole, up to 10,000 rows; a limit is 1 to 1,000", () => {
  expect(pageSize(pageQuery.parse({}))).toBe(10_000);
  expect(pageSize(pageQuery.parse({ limit: "7" }))).toBe(7);
  for (const limit of ["0", "1001", "-1", "1.5", "many", ""]) {
    expect(pageQuery.safeParse({ limit }).success, limit).toBe(false);
  }
});
