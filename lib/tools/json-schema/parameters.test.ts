import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { checkerOf, mistakesOf } from "./compile.ts";
import { pointerInParameters, toInputSchema } from "./parameters.ts";

test("no parameters at all is the empty object schema", () => {
  expect(toInputSchema({})).toEqual({ type: "object", properties: {} });
});

test("the short form becomes properties, with an array of those that are required", () => {
  const schema = toInputSchema({
    query: { type: "string", required: true },
    range: { type: "string", default: "30d" },
    category: { type: "string", optional: true },
  });
  expect(schema).toEqual({
    type: "object",
    properties: {
      query: { type: "string" },
      range: { type: "string", default: "30d" },
      category: { type: "string" },
    },
    required: ["query"],
  });
});

test.each([
  [{ type: { type: "string", required: true } }, "type"],
  [{ properties: { type: "object", required: true } }, "properties"],
  [{ properties: { required: true } }, "properties"],
  [{ required: { type: "boolean", required: true } }, "required"],
  [{ allOf: { type: "array", required: true } }, "allOf"],
  [{ $ref: { type: "string", required: true } }, "$ref"],
  [{ items: { type: "array", items: { type: "string" }, required: true } }, "items"],
] satisfies [JsonObject, string][])(
  "%j is a short form whose parameter is a keyword",
  (given, name) => {
    const schema = toInputSchema(given);
    expect(Object.keys(schema.properties as JsonObject)).toEqual([name]);
    expect(schema.required).toEqual([name]);
  },
);

test.each([
  { type: "object", properties: { q: { type: "string" } }, required: ["q"] },
  { type: "object" },
  { type: "object", additionalProperties: false },
  { type: "object", properties: { type: { type: "string" } } },
  { $schema: "http://json-schema.org/draft-07/schema#", type: "object" },
  { type: "object", $defs: { a: { type: "string" } }, properties: { a: { $ref: "#/$defs/a" } } },
] satisfies JsonObject[])("%j is JSON Schema and stays as it is", (given) => {
  expect(toInputSchema(given)).toEqual(given);
});

test.each([
  { properties: { q: { type: "string" } } },
  { properties: { type: { type: "string" } }, required: ["type"] },
  { properties: { any: true } },
  { properties: {} },
  { $ref: "#/$defs/a", $defs: { a: { type: "object" } } },
  { allOf: [{ required: ["a"] }] },
  { additionalProperties: false },
  { type: ["object", "null"] },
] satisfies JsonObject[])("%j is JSON Schema and gets the root type that MCP wants", (given) => {
  expect(toInputSchema(given)).toEqual({ ...given, type: "object" });
});

test("the booleans required and optional are lifted out of JSON Schema's properties too", () => {
  const schema = toInputSchema({
    type: "object",
    properties: { a: { type: "string", required: true }, b: { optional: true }, c: {} },
    required: ["c"],
  });
  expect(schema.properties).toEqual({ a: { type: "string" }, b: {}, c: {} });
  expect(schema.required).toEqual(["c", "a"]);
});

test("a short form keeps the nested JSON Schema of its properties", () => {
  const address = { type: "object", properties: { zip: { type: "string" } }, required: ["zip"] };
  const schema = toInputSchema({ address: { ...address, optional: true } });
  expect(schema.properties).toEqual({ address });
  expect(schema.required).toBeUndefined();
});

test("names of types that Python clients use are understood in the short form", () => {
  const { properties } = toInputSchema({
    n: { type: "int" },
    when: { type: "date" },
    x: { type: "any" },
  });
  expect(properties).toEqual({
    n: { type: "integer" },
    when: { type: "string", format: "date" },
    x: {},
  });
});

test.each([
  [{ type: "string" }, "/parameters/type"],
  [{ type: ["array"] }, "/parameters/type"],
  [{ query: "string" }, "/parameters/query"],
  [{ "a/b": 1 }, "/parameters/a~1b"],
] satisfies [JsonObject, string][])("%j is refused, pointing at %s", (given, pointer) => {
  const refusal = (() => {
    try {
      return toInputSchema(given);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(AppError);
  expect(refusal).toMatchObject({ code: "invalid_request", errors: [{ pointer }] });
});

test("a mistake in the schema is pointed at where the caller wrote it", () => {
  expect(pointerInParameters({ a: {} }, "/properties/a/type")).toBe("/parameters/a/type");
  expect(pointerInParameters({ type: "object" }, "/properties/a")).toBe("/parameters/properties/a");
});

const property = fc.record(
  {
    type: fc.constantFrom("string", "number", "integer", "boolean", "array", "object"),
    required: fc.boolean(),
    optional: fc.boolean(),
    description: fc.string(),
  },
  { requiredKeys: ["type"] },
);

const sample: Record<string, unknown> = {
  string: "x",
  number: 1.5,
  integer: 2,
  boolean: true,
  array: [],
  object: {},
};

const names = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom("type", "properties", "required", "items", "$ref", "constructor", "toString"),
);

const shortForms = fc.dictionary(names, property, { minKeys: 1, noNullPrototype: true });

test("any short form, whatever its names, is a schema that takes arguments of the named types", () => {
  fc.assert(
    fc.property(shortForms, (parameters) => {
      const schema = toInputSchema(parameters);
      expect(mistakesOf(schema)).toEqual([]);
      const entries = Object.entries(parameters);
      const full = Object.fromEntries(entries.map(([name, { type }]) => [name, sample[type]]));
      expect(checkerOf(JSON.stringify(schema), "arguments").check(full)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test("of any short form, exactly the arguments marked as required are missed when absent", () => {
  fc.assert(
    fc.property(shortForms, (parameters) => {
      const schema = JSON.stringify(toInputSchema(parameters));
      const missed = checkerOf(schema, "arguments").check({});
      const needed = Object.entries(parameters).filter(([, { required }]) => required === true);
      expect(missed).toHaveLength(Math.min(needed.length, 20));
    }),
    { numRuns: 60 },
  );
});
