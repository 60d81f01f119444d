import { expect, test } from "vitest";
import type { CallToolResult } from "../schema.ts";
import type { Expectation } from "./example-schema.ts";
import { problemsOf } from "./expectation.ts";

const text = (...lines: string[]): CallToolResult => ({
  content: lines.map((line) => ({ type: "text", text: line })),
});
const structured = (structuredContent: unknown): CallToolResult => ({
  ...text(JSON.stringify(structuredContent)),
  structuredContent,
});

const user = { name: "Ada", tags: ["a", "b"], at: { city: "Lyon" } };

test.each<[Expectation, CallToolResult, string[]]>([
  [{ mode: "no_error" }, text("x"), []],
  [{ mode: "no_error" }, { ...text("boom"), isError: true }, [""]],
  [{ mode: "equals", value: user }, structured(user), []],
  [{ mode: "equals", value: { ...user, name: "Bob" } }, structured(user), ["/name"]],
  [{ mode: "equals", value: {} }, structured({ a: 1 }), ["/a"]],
  [{ mode: "equals", value: "x\ny" }, text("x", "y"), []],
  [{ mode: "equals", value: null }, structured(null), []],
  [{ mode: "contains", value: { at: { city: "Lyon" } } }, structured(user), []],
  [{ mode: "contains", value: { tags: ["b"] } }, structured(user), []],
  [{ mode: "contains", value: { tags: ["c"] } }, structured(user), ["/tags"]],
  [{ mode: "contains", value: { at: { zip: 1 }, name: "d" } }, structured(user), ["/at/zip"]],
  [{ mode: "contains", value: "Lyon" }, structured(user), []],
  [{ mode: "contains", value: "Paris" }, structured(user), [""]],
  [{ mode: "contains", value: { a: 1 } }, text("a"), [""]],
  [{ mode: "schema", value: { required: ["name"] } }, structured(user), []],
  [{ mode: "schema", value: { required: ["age"] } }, structured(user), ["/age"]],
  [{ mode: "schema", value: { type: "string" } }, text("x"), []],
])("%j of %j differs at %j", (expectation, result, pointers) => {
  expect(problemsOf(expectation, result).map(({ pointer }) => pointer)).toEqual(pointers);
});

test("what differs is told with what was expected, long values cut", () => {
  const [problem] = problemsOf(
    { mode: "equals", value: { a: 1 } },
    structured({ a: "x".repeat(999) }),
  );
  expect(problem?.message).toMatch(/^must be 1, is "x{199} …$/);
});

test("at most twenty differences are told", () => {
  const value = Array.from({ length: 50 }, (_, at) => at);
  expect(problemsOf({ mode: "equals", value }, structured([]))).toHaveLength(20);
  expect(problemsOf({ mode: "contains", value }, structured([]))).toHaveLength(20);
});
