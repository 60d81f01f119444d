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

test("a schema without properties gives no arguments", () => {
  expect(exampleArguments({ type: "object" })).toEqual({});
});
