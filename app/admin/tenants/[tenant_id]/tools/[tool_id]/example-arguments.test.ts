import { expect, test } from "vitest";
import { exampleArguments } from "./example-arguments.ts";

test("required arguments and those with a default are there, others are not", () => {
  const schema = {
    type: "object",
    required: ["query", "limit", "mode", "flag", "where"],
    properties: {
      query: { type: "string", examples: ["shoes"] },
      limit: { type: "integer", minimum: 1 },
      mode: { enum: ["fast", "full"] },
      flag: { type: ["boolean", "null"] },
      where: { type: "object", required: ["city"], properties: { city: { type: "string" } } },
      range: { type: "string", default: "30d" },
      category: { type: "string" },
    },
  };
  expect(exampleArguments(schema)).toEqual({
    query: "shoes",
    limit: 1,
    mode: "fast",
    flag: false,
    where: { city: "" },
    range: "30d",
  });
});

test("references are followed, circles end, and of several forms the first is the start", () => {
  const schema = {
    type: "object",
    required: ["tree", "pet", "count"],
    properties: {
      tree: { $ref: "#/$defs/tree" },
      pet: { oneOf: [{ $ref: "#/$defs/cat" }, { type: "string" }] },
      count: { anyOf: [{ type: "null" }, { type: "integer", minimum: 3 }] },
      size: { $ref: "#/$defs/size" },
    },
    $defs: {
      tree: { type: "object", required: ["next"], properties: { next: { $ref: "#/$defs/tree" } } },
      cat: { type: "object", required: ["kind"], properties: { kind: { const: "cat" } } },
      size: { type: "integer", default: 7 },
    },
  };
  const { tree, ...rest } = exampleArguments(schema);
  expect(rest).toEqual({ pet: { kind: "cat" }, count: 3, size: 7 });
  expect(JSON.stringify(tree).length).toBeLessThan(100);
});

test("a schema without properties gives no arguments", () => {
  expect(exampleArguments({ type: "object" })).toEqual({});
});
