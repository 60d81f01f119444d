import { expect, test } from "vitest";
import { splitRange } from "./range.ts";

test("a range is taken off the end of a URI", () => {
  expect(splitRange("a://b#bytes=0-99")).toEqual({ uri: "a://b", range: { start: 0, end: 99 } });
  expect(splitRange("a://b#bytes=5-")).toEqual({ uri: "a://b", range: { start: 5 } });
});

test("a URI without one, or with another fragment, stays as it is", () => {
  for (const uri of ["a://b", "a://b#part", "a://b?bytes=0-1"]) {
    expect(splitRange(uri)).toEqual({ uri, range: null });
  }
});

test.each(["#bytes=", "#bytes=a-b", "#bytes=-5", "#bytes=9-2", "#bytes=0-1,4-5"])(
  "%s is refused with how to write it",
  (fragment) => {
    expect(() => splitRange(`a://b${fragment}`)).toThrow("write it as #bytes=0-1048575");
  },
);
