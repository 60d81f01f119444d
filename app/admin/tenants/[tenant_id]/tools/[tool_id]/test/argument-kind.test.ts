import { expect, test } from "vitest";
import { argumentKind, argumentsOf } from "./argument-kind.ts";

test.each([
  [{ type: "string" }, { kind: "text", long: false }],
  [
    { type: ["string", "null"], maxLength: 5000 },
    { kind: "text", long: true },
  ],
  [{ type: "integer" }, { kind: "number", whole: true }],
  [{ type: "boolean" }, { kind: "choice", values: [true, false] }],
  [
    { type: "string", enum: ["a", 1] },
    { kind: "choice", values: ["a", 1] },
  ],
  [
    { type: "array", items: { type: "number" } },
    { kind: "lines", of: "number" },
  ],
  [{ type: "array", items: { type: "object" } }, { kind: "json" }],
  [{ type: "object" }, { kind: "json" }],
  [{ type: ["string", "number"] }, { kind: "json" }],
  [{ $ref: "#/$defs/a" }, { kind: "json" }],
  [true, { kind: "json" }],
])("%j is filled in as %j", (schema, kind) => {
  expect(argumentKind(schema)).toEqual(kind);
});

test("an object with properties is a group, down to where groups would not fit a page", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  expect(argumentKind(schema)).toEqual({ kind: "group", schema });
  expect(argumentKind(schema, 3)).toEqual({ kind: "json" });
});

test("arguments keep the schema's order, and say which are required", () => {
  const found = argumentsOf({
    type: "object",
    required: ["b"],
    properties: { b: { type: "string", title: "Bee", description: "Buzzes" }, a: {} },
  });
  expect(found.map(({ name, label, isRequired }) => [name, label, isRequired])).toEqual([
    ["b", "Bee", true],
    ["a", "a", false],
  ]);
});
