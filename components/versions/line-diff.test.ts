import { expect, test } from "vitest";
import { lineDiff } from "./line-diff.ts";

const told = (before: string, after: string) =>
  lineDiff([...before], [...after])
    .map(({ kind, text }) => ({ same: text, added: `+${text}`, removed: `-${text}` })[kind])
    .join("");

test.each([
  ["abc", "abc", "abc"],
  ["abc", "axc", "a-b+xc"],
  ["abc", "ac", "a-bc"],
  ["ac", "abc", "a+bc"],
  ["", "ab", "+a+b"],
  ["ab", "", "-a-b"],
  ["aa", "aaa", "aa+a"],
  ["abcd", "bXd", "-ab-c+Xd"],
])("from %j to %j is %j", (before, after, expected) => {
  expect(told(before, after)).toBe(expected);
});

test("texts too long to be compared line by line are told one after the other, quickly", () => {
  const before = Array.from({ length: 5000 }, (_, at) => `a${at}`);
  const after = Array.from({ length: 5000 }, (_, at) => `b${at}`);
  const diff = lineDiff(["same", ...before], ["same", ...after]);
  expect(diff.map(({ kind }) => kind).filter((kind) => kind === "same")).toHaveLength(1);
  expect(diff).toHaveLength(10_001);
});
