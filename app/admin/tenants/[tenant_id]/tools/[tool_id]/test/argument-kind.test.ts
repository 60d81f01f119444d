import { expect, test } from "vitest";
import { argumentKind, argumentsOf, hintOf, variantOf } from "./argument-kind.ts";

const root = {
  $defs: {
    name: { type: "string", title: "A name", maxLength: 20 },
    alias: { $ref: "#/$defs/name" },
    "a/b": { type: "integer" },
    tree: {
      type: "object",
      properties: { children: { type: "array", items: { $ref: "#/$defs/tree" } } },
    },
    loop: { $ref: "#/$defs/loop" },
    cat: {
      type: "object",
      required: ["kind"],
      properties: { kind: { const: "cat" }, lives: { type: "integer" } },
    },
    dog: {
      type: "object",
      required: ["kind"],
      properties: { kind: { const: "dog" }, tricks: { type: "array", items: { type: "string" } } },
    },
  },
};

const text = { kind: "text", long: false, format: null };
const number = { kind: "number", whole: false, min: null, max: null };
const kindOf = (schema: unknown) => argumentKind(schema, root);

test.each([
  [{ type: "string" }, { ...text, nullable: false }],
  [
    { type: ["string", "null"], maxLength: 5000 },
    { ...text, long: true, nullable: true },
  ],
  [
    { type: "string", format: "date" },
    { ...text, format: "date" },
  ],
  [{ type: "integer" }, { ...number, whole: true }],
  [
    { type: "number", minimum: 1, exclusiveMaximum: 9 },
    { ...number, min: 1, max: 9 },
  ],
  [{ type: "boolean" }, { kind: "choice", values: [true, false] }],
  [
    { type: "string", enum: ["a", 1] },
    { kind: "choice", values: ["a", 1], labels: ["a", "1"] },
  ],
  [{ const: "a" }, { kind: "choice", values: ["a"] }],
  [
    { oneOf: [{ const: 1, title: "One" }, { const: 2 }] },
    { kind: "choice", values: [1, 2], labels: ["One", "2"] },
  ],
  [
    { type: "array", items: { type: "number" } },
    { kind: "lines", of: "number" },
  ],
  [{ type: "array", items: { type: "string", enum: ["a", "b"] } }, { kind: "items" }],
  [{ type: "array", items: { type: ["string", "null"] } }, { kind: "items" }],
  [{ type: "array", items: { $ref: "#/$defs/cat" } }, { kind: "items" }],
  [{ type: "array", items: { type: "object" } }, { kind: "json" }],
  [{ type: "array", prefixItems: [{ type: "string" }], items: {} }, { kind: "json" }],
  [{ type: "object" }, { kind: "json" }],
  [{ type: "object", additionalProperties: { type: "string" } }, { kind: "json" }],
  [{ $ref: "#/$defs/alias" }, { ...text }],
  [{ $ref: "#/$defs/a~1b" }, { ...number, whole: true }],
  [{ allOf: [{ $ref: "#/$defs/name" }], description: "x" }, { ...text }],
  [{ anyOf: [{ $ref: "#/$defs/name" }, { type: "null" }] }, { ...text, nullable: true }],
  [{ $ref: "#/$defs/loop" }, { kind: "json" }],
  [{ $ref: "#/$defs/nowhere" }, { kind: "json" }],
  [{ $ref: "https://elsewhere.example/a" }, { kind: "json" }],
  [true, { kind: "json" }],
  [false, { kind: "json" }],
  [{ oneOf: [{ type: "string" }, false] }, { kind: "json" }],
])("%j is filled in as %j", (schema, kind) => {
  expect(kindOf(schema)).toMatchObject(kind);
});

test("what may have several forms is a choice of them, by title, mark or type", () => {
  const labels = (schema: unknown) => {
    const kind = kindOf(schema);
    return kind.kind === "variants" ? kind.variants.map(({ label }) => label) : kind.kind;
  };
  expect(labels({ oneOf: [{ $ref: "#/$defs/cat" }, { $ref: "#/$defs/dog" }] })).toEqual([
    "cat",
    "dog",
  ]);
  expect(labels({ anyOf: [{ $ref: "#/$defs/name" }, { type: "integer" }] })).toEqual([
    "A name",
    "integer",
  ]);
  expect(labels({ type: ["string", "number", "null"] })).toEqual(["string", "number"]);
  expect(labels({ type: "object", properties: { a: {} }, oneOf: [{}, {}] })).toBe("json");
});

test("the form of a value is told by its mark, its required properties or its type", () => {
  const pets = kindOf({ oneOf: [{ $ref: "#/$defs/cat" }, { $ref: "#/$defs/dog" }] });
  const mixed = kindOf({ type: ["string", "integer"] });
  if (pets.kind !== "variants" || mixed.kind !== "variants") throw new Error("no variants");
  expect(variantOf(pets.variants, { kind: "dog" })).toBe(1);
  expect(variantOf(pets.variants, "dog")).toBe(-1);
  expect([variantOf(mixed.variants, 3), variantOf(mixed.variants, "3")]).toEqual([1, 0]);
  expect(variantOf(mixed.variants, undefined)).toBe(-1);
});

test("an object with properties is a group, also by a reference to itself, down to where groups would not fit a page", () => {
  const schema = { type: "object", properties: { a: { type: "string" } } };
  expect(argumentKind(schema, root)).toMatchObject({ kind: "group", schema });
  expect(argumentKind(schema, root, 4)).toMatchObject({ kind: "json" });
  const tree = argumentKind({ $ref: "#/$defs/tree" }, root, 3);
  expect(tree.kind).toBe("group");
  expect(argumentKind({ type: "array", items: { $ref: "#/$defs/tree" } }, root, 3).kind).toBe(
    "json",
  );
});

test("arguments keep the schema's order, and say which are required; references give their titles", () => {
  const found = argumentsOf(
    {
      type: "object",
      required: ["b"],
      properties: {
        b: { type: "string", title: "Bee", description: "Buzzes" },
        a: {},
        c: { $ref: "#/$defs/name", description: "Of the cat" },
      },
    },
    root,
  );
  expect(found.map(({ name, label, isRequired }) => [name, label, isRequired])).toEqual([
    ["b", "Bee", true],
    ["a", "a", false],
    ["c", "A name", false],
  ]);
  expect(found[2]?.description).toBe("Of the cat");
});

test("a hint tells bounds, formats and defaults", () => {
  const hint = (schema: unknown) => hintOf(kindOf(schema), schema, root);
  expect(hint({ type: "integer", minimum: 1, maximum: 9, default: 3 })).toBe(
    "From 1 to 9. Default: 3.",
  );
  expect(hint({ type: "number", minimum: 0 })).toBe("At least 0.");
  expect(hint({ type: "string", format: "email" })).toBe("An e-mail address.");
  expect(hint({ type: "string", default: "x" })).toBe("Default: x.");
  expect(hint({ type: "object" })).toBe("As JSON.");
});
