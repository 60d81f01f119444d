import { expect, test } from "vitest";
import { changeParams, firstPage } from "./search-params.ts";

test("other parameters stay as they were", () => {
  expect(changeParams(new URLSearchParams("range=7d&q=old"), { q: "new & bold" })).toBe(
    "?range=7d&q=new+%26+bold",
  );
});

test("null, an empty string and an empty list each drop the parameter", () => {
  const current = new URLSearchParams("a=1&b=2&c=3");
  expect(changeParams(current, { a: null, b: "", c: [] })).toBe("");
});

test("a new search starts at the first page", () => {
  const deep = new URLSearchParams("q=a&cursor=c3&via=c1&via=c2");
  expect(changeParams(deep, { q: "b", ...firstPage })).toBe("?q=b");
});
