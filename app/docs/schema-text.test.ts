import { expect, test } from "vitest";
import { boundTexts, objectsIn, referencesIn, typeText } from "./schema-text.ts";

test.each([
  [{ type: "string" }, "string"],
  [{ type: ["boolean", "null"] }, "boolean or null"],
  [{ $ref: "#/components/schemas/Tool" }, "Tool"],
  [{ type: "array", items: { $ref: "#/components/schemas/Tool" } }, "array of Tool"],
  [{ anyOf: [{ type: "integer", minimum: 0 }, { type: "null" }] }, "integer or null"],
  [{ type: "string", enum: ["hour", "day"] }, '"hour" or "day"'],
  [{ const: "deleted", type: "string" }, '"deleted"'],
  [{}, "any"],
  [undefined, "any"],
])("the type of %j is %s", (schema, text) => {
  expect(typeText(schema)).toBe(text);
});

test("bounds are told once, also those of variants, and long patterns are not", () => {
  const number = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
  expect(boundTexts({ anyOf: [number, { type: "null" }], default: 3 })).toEqual([
    "default 3",
    "at least 0",
  ]);
  expect(boundTexts({ type: "string", pattern: "x".repeat(200), format: "date-time" })).toEqual([
    "date-time",
  ]);
});

test("objects are found in arrays and variants, and references are left to their own place", () => {
  const object = { type: "object", properties: { a: { type: "string" } } };
  expect(objectsIn({ type: "array", items: { anyOf: [object, { type: "null" }] } })).toEqual([
    object,
  ]);
  expect(objectsIn({ $ref: "#/components/schemas/Tool" })).toEqual([]);
});

test("references are found at any depth", () => {
  expect(
    referencesIn({ properties: { a: { items: { $ref: "#/components/schemas/A" } } } }),
  ).toEqual(["A"]);
});
