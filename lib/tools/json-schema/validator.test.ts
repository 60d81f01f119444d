import { expect, test } from "vitest";
import type { JsonObject } from "#lib/core/json.ts";
import { turnsDuring } from "../evaluation/testing.ts";
import { type InputSchema, toInputSchema } from "./parameters.ts";
import { outputCheckOf, schemaMistakes, validatorOf } from "./validator.ts";

const object = (properties: JsonObject, rest: JsonObject = {}): InputSchema => ({
  ...rest,
  type: "object",
  properties,
});

test("arguments that fit come back with the defaults filled in, and the caller's stay as they were", async () => {
  const schema = toInputSchema({
    query: { type: "string", required: true },
    range: { type: "string", default: "30d" },
    page: { type: "object", properties: { size: { type: "integer", default: 10 } }, default: {} },
  });
  const given = { query: "x" };
  expect(await validatorOf(schema)("t", given)).toEqual({
    args: { query: "x", range: "30d", page: { size: 10 } },
  });
  expect(given).toEqual({ query: "x" });
});

test("every field with a mistake is named, with what it must be", async () => {
  const schema = object(
    {
      query: { type: "string" },
      limit: { type: "integer", minimum: 1 },
      sort: { enum: ["asc", "desc"] },
      tags: { type: "array", items: { type: "string" } },
    },
    { required: ["query", "limit"], additionalProperties: false },
  );
  const outcome = await validatorOf(schema)("t", {
    limit: 0,
    sort: "up",
    tags: ["a", 2],
    extra: true,
  });
  expect(outcome).toEqual({
    errors: expect.arrayContaining([
      { pointer: "/query", message: "is required (string)" },
      { pointer: "/limit", message: "must be >= 1" },
      { pointer: "/sort", message: 'must be one of "asc", "desc"' },
      { pointer: "/tags/1", message: "must be string" },
      {
        pointer: "/extra",
        message: 'is not a parameter; known are "query", "limit", "sort", "tags"',
      },
    ]),
  });
});

test("an argument is absent unless the caller gave it, whatever every object inherits", async () => {
  const schema = object({ toString: {} }, { required: ["toString"] });
  expect(await validatorOf(schema)("t", {})).toMatchObject({ errors: [{ pointer: "/toString" }] });
});

test.each([
  ["https://json-schema.org/draft/2020-12/schema", { prefixItems: [{ type: "string" }] }],
  ["https://json-schema.org/draft/2019-09/schema#", { items: [{ type: "string" }] }],
  ["http://json-schema.org/draft-07/schema#", { items: [{ type: "string" }] }],
  ["https://json-schema.org/draft-07/schema", { items: [{ type: "string" }] }],
])("a schema of %s is read in its own dialect", async ($schema, pair) => {
  const schema = object({ pair: { type: "array", ...pair } }, { $schema });
  expect(await schemaMistakes("t", schema)).toEqual([]);
  expect(await validatorOf(schema)("t", { pair: [1] })).toEqual({
    errors: [{ pointer: "/pair/0", message: "must be string" }],
  });
});

test("references into the schema itself are followed, recursion included", async () => {
  const node = {
    type: "object",
    properties: { next: { $ref: "#/$defs/node" }, v: { type: "number" } },
  };
  const schema = object({ list: { $ref: "#/$defs/node" } }, { $defs: { node } });
  expect(await schemaMistakes("t", schema)).toEqual([]);
  expect(await validatorOf(schema)("t", { list: { next: { next: { v: "x" } } } })).toEqual({
    errors: [{ pointer: "/list/next/next/v", message: "must be number" }],
  });
});

const deep = (levels: number): JsonObject =>
  levels === 0 ? {} : { type: "object", properties: { a: deep(levels - 1) } };

test.each([
  ["an unknown type", object({ a: { type: "strin" } }), "/properties/a/type"],
  ["required that is no array", object({ a: { required: "yes" } }), "/properties/a/required"],
  ["a remote reference", object({ a: { $ref: "https://x.example/a" } }), "/properties/a/$ref"],
  ["a reference to nothing", object({ a: { $ref: "#/$defs/nope" } }), ""],
  ["a pattern that is none", object({ a: { pattern: "(" } }), "/properties/a/pattern"],
  ["an id inside", object({ a: { $id: "https://x.example/a" } }), "/properties/a/$id"],
  ["an unknown dialect", object({}, { $schema: "https://x.example/own" }), "/$schema"],
  ["too much text", object({ a: { description: "x".repeat(70_000) } }), ""],
  ["too deep a nesting", object({ a: deep(40) }), expect.stringContaining("/properties/a")],
] satisfies [string, InputSchema, unknown][])(
  "a schema with %s is refused at that place",
  async (_what, schema, pointer) => {
    const [first] = await schemaMistakes("t", schema);
    expect(first?.pointer).toEqual(pointer);
  },
);

test("patterns that are valid without the unicode flag alone are taken", async () => {
  const schema = object({ phone: { type: "string", pattern: "^\\d{3}\\-\\d{4}$" } });
  expect(await schemaMistakes("t", schema)).toEqual([]);
  expect(await validatorOf(schema)("t", { phone: "555-1234" })).toHaveProperty("args");
  expect(await validatorOf(schema)("t", { phone: "5551234" })).toHaveProperty("errors");
});

test("a schema whose id is a dialect's own does not change that dialect for others", async () => {
  const $id = "https://json-schema.org/draft/2020-12/schema";
  const schema = object({ a: { type: "string" } }, { $id });
  expect(await schemaMistakes("t", schema)).toEqual([]);
  expect(await validatorOf(schema)("t", { a: 1 })).toHaveProperty("errors");
  expect(await schemaMistakes("t", object({ b: { type: "wrong" } }))).not.toEqual([]);
});

const doubling: JsonObject = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => {
    const next = { $ref: `#/$defs/d${at + 1}` };
    return [`d${at}`, { allOf: [next, next] }];
  }),
);

const nested = (levels: number): JsonObject => (levels === 0 ? {} : { a: nested(levels - 1) });

test.each([
  ["a pattern that backtracks", object({ a: { pattern: "^(a+)+$" } }), { a: `${"a".repeat(40)}!` }],
  [
    "references that double at each step",
    object({ a: { $ref: "#/$defs/d0" } }, { $defs: { ...doubling, d60: { type: "number" } } }),
    { a: 1 },
  ],
  [
    "recursion that doubles at each level",
    object({ a: { allOf: [{ $ref: "#" }, { $ref: "#" }] } }),
    nested(200),
  ],
] satisfies [string, InputSchema, JsonObject][])(
  "%s cannot hold up the process",
  async (_what, schema, args) => {
    expect(await schemaMistakes("t", schema)).toEqual([]);
    const checked = turnsDuring(() => validatorOf(schema)("t", args));
    const { outcome, turns } = await checked;
    expect(outcome).toMatchObject({ errors: [{ message: expect.stringContaining("too long") }] });
    expect(turns).toBeGreaterThan(2);
  },
);

test("many mistakes in large arguments are told by the first", async () => {
  const schema = object({ tags: { type: "array", items: { type: "string" } } });
  const tags = Array.from({ length: 100_000 }, (_, at) => at);
  expect(await validatorOf(schema)("t", { tags })).toEqual({
    errors: [{ pointer: "/tags/0", message: "must be string" }],
  });
});

const draft2020: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    point: { type: "array", prefixItems: [{ type: "number" }, { type: "number" }], items: false },
    named: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
    tree: {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } },
      unevaluatedProperties: false,
    },
  },
  allOf: [{ $ref: "#/$defs/named" }],
  properties: { at: { $ref: "#/$defs/point" }, tree: { $ref: "#/$defs/tree" } },
  dependentRequired: { at: ["tree"] },
  unevaluatedProperties: false,
};

test("JSON Schema 2020-12 works both ways: $defs, $ref, prefixItems, unevaluatedProperties", async () => {
  expect(await schemaMistakes("t", draft2020)).toEqual([]);
  const fits = { name: "a", at: [1, 2], tree: { children: [{ children: [] }] } };
  expect(await validatorOf(draft2020 as InputSchema)("t", fits)).toEqual({ args: fits });
  expect(await outputCheckOf(draft2020)("t", fits)).toEqual([]);
  const pointers = async (value: unknown) =>
    (await outputCheckOf(draft2020)("t", value)).map((error) => error.pointer);
  expect(await pointers({ name: "a", at: [1, "2", 3], tree: {} })).toEqual(
    expect.arrayContaining(["/at", "/at/1"]),
  );
  expect(await pointers({ name: "a", tree: { children: [{ odd: 1 }] } })).toContain(
    "/tree/children/0/odd",
  );
  expect(await pointers({ name: "a", extra: 1 })).toEqual(["/extra"]);
  expect(await pointers({ at: [1, 2] })).toEqual(expect.arrayContaining(["/name", ""]));
});

test("an output may be any JSON, and nothing is made up that it lacks", async () => {
  const list = { type: "array", items: { type: "integer" } };
  expect(await schemaMistakes("t", list)).toEqual([]);
  expect(await outputCheckOf(list)("t", [1, 2])).toEqual([]);
  expect(await outputCheckOf(list)("t", [1, "2"])).toEqual([
    { pointer: "/1", message: "must be integer" },
  ]);
  const withDefault = { type: "object", properties: { a: { default: 1 } }, required: ["a"] };
  const value = {};
  expect(await outputCheckOf(withDefault)("t", value)).toEqual([
    { pointer: "/a", message: "is required" },
  ]);
  expect(value).toEqual({});
});

test("a schema that reaches outside itself, or does not compile, is refused", async () => {
  expect(await schemaMistakes("t", { $ref: "https://example.com/schema" })).toMatchObject([
    { pointer: "/$ref" },
  ]);
  expect(await schemaMistakes("t", { $ref: "#/$defs/missing" })).toHaveLength(1);
  expect(await schemaMistakes("t", { type: "objekt" })).not.toEqual([]);
});
