import { expect, test } from "vitest";
import { changedPaths } from "./changed-paths.ts";

test("only what differs is named, by its way from the root", () => {
  const before = {
    name: "a",
    limits: { tools: 1, rest: { deep: { er: 1 } } },
    list: [1],
    updated_at: "1",
  };
  const after = {
    name: "a",
    limits: { tools: 2, rest: { deep: { er: 2 } } },
    list: [1],
    new: 1,
    updated_at: "2",
  };
  expect(changedPaths(before, after)).toEqual(["limits.tools", "limits.rest.deep", "new"]);
});

test("making and removing a thing changes no part of it", () => {
  expect(changedPaths(null, { a: 1 })).toEqual([]);
  expect(changedPaths({ a: 1 }, null)).toEqual([]);
});

test("values that are no objects have no parts to name", () => {
  expect(changedPaths("a", "b")).toEqual([]);
});
