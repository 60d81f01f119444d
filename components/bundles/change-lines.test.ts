import { expect, test } from "vitest";
import { changeLines } from "./change-lines.ts";

test("each place is named before what it was and what it becomes", () => {
  const lines = changeLines([
    { pointer: "/title", kind: "changed", old: "a\nb", new: "a\nc" },
    { pointer: "/config/x", kind: "added", new: { y: 1 } },
    { pointer: "/confirm", kind: "removed", old: null },
  ]);
  expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    ...["same /title", "same   a", "removed   b", "added   c"],
    ...["same /config/x", "added   {", 'added     "y": 1', "added   }"],
    ...["same /confirm", "removed   null"],
  ]);
});
