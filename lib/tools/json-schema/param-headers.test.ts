import { expect, test } from "vitest";
import { headerMistakes } from "./param-headers.ts";
import { toInputSchema } from "./parameters.ts";

const region = { type: "string", "x-mcp-header": "Region" };

test("strings, integers and booleans may be mirrored, at any depth of properties", () => {
  const schema = {
    type: "object",
    properties: {
      region,
      page: { type: "object", properties: { size: { type: "integer", "x-mcp-header": "Size" } } },
      dry: { type: "boolean", "x-mcp-header": "Dry-Run" },
    },
  };
  expect(headerMistakes(schema)).toEqual([]);
  expect(headerMistakes(toInputSchema({ region }))).toEqual([]);
});

test("a property of that name, and an instance that holds it, are no annotations", () => {
  const schema = {
    type: "object",
    properties: { "x-mcp-header": { type: "string" }, a: { const: { "x-mcp-header": 1 } } },
  };
  expect(headerMistakes(schema)).toEqual([]);
});

test.each([
  ["", "is no header name"],
  ["Two Words", "is no header name"],
  ["a\r\nb", "is no header name"],
  [7, "is no header name"],
])("the name %j is refused", (header, message) => {
  const schema = { properties: { a: { type: "string", "x-mcp-header": header } } };
  expect(headerMistakes(schema)).toEqual([{ pointer: "/properties/a/x-mcp-header", message }]);
});

test.each(["number", "object", "array", "null", ["string", "null"], undefined])(
  "a property of type %j is refused",
  (type) => {
    const [mistake] = headerMistakes({ properties: { a: { type, "x-mcp-header": "A" } } });
    expect(mistake?.message).toMatch("of type string, integer or boolean");
  },
);

test("two properties cannot share a header, whatever its case", () => {
  const other = { type: "string", "x-mcp-header": "REGION" };
  expect(headerMistakes({ properties: { region, other } })).toEqual([
    { pointer: "/properties/other/x-mcp-header", message: "is the header of another property" },
  ]);
});

test.each([
  ["the root", { ...region }, "/x-mcp-header"],
  ["items", { properties: { a: { items: region } } }, "/properties/a/items/x-mcp-header"],
  ["anyOf", { anyOf: [{ properties: { region } }] }, "/anyOf/0/properties/region/x-mcp-header"],
  ["$defs", { $defs: { region } }, "/$defs/region/x-mcp-header"],
  [
    "patternProperties",
    { patternProperties: { "^a": region } },
    "/patternProperties/^a/x-mcp-header",
  ],
])("under %s it is refused", (_, schema, pointer) => {
  const message = "can only stand on a property that `properties` leads to";
  expect(headerMistakes(schema)).toEqual([{ pointer, message }]);
});
