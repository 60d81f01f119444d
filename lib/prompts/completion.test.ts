import { expect, test } from "vitest";
import { complete } from "./completion.ts";

test("values that begin with the text come before those that have it inside, in either case", () => {
  const offered = ["Madrid", "Valladolid", "Amadora", "MADEIRA"];
  expect(complete(offered, "mad")).toEqual({
    values: ["Madrid", "MADEIRA", "Amadora"],
    total: 3,
    hasMore: false,
  });
});

test("the empty text offers everything, a hundred at a time", () => {
  const offered = Array.from({ length: 250 }, (_, at) => `v${at}`);
  const { values, total, hasMore } = complete(offered, "");
  expect([values.length, total, hasMore]).toEqual([100, 250, true]);
  expect(values[0]).toBe("v0");
});
