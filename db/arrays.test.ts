import fc from "fast-check";
import { expect, test } from "vitest";
import { fromArrayText, toArrayText } from "./arrays.ts";

const text = (value: string) => value;

test("a list of any texts and nulls survives being written and read", () => {
  const item = fc.option(fc.string({ unit: "grapheme" }), { nil: null });
  fc.assert(
    fc.property(fc.array(item), (list) => {
      expect(fromArrayText(toArrayText(list), text)).toEqual(list);
    }),
  );
  const nested = [
    ["a", 'b"'],
    ["\\", null],
    ["{}", "NULL"],
  ];
  expect(fromArrayText(toArrayText(nested), text)).toEqual(nested);
});

test.each([
  ["{}", []],
  ["{1,NULL,-2.5}", [1, null, -2.5]],
  ["[0:1]={1,2}", [1, 2]],
  [
    "{{1,2},{3,4}}",
    [
      [1, 2],
      [3, 4],
    ],
  ],
])("%s is read as %j", (written, list) => {
  expect(fromArrayText(written, Number)).toEqual(list);
});
