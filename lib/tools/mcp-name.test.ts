import fc from "fast-check";
import { expect, test } from "vitest";
import { mcpNameOf } from "./mcp-name.ts";

test.each([
  ["basic_search", "tool_1", "basic_search"],
  ["Basic.Search-2", "tool_1", "Basic.Search-2"],
  ["Búsqueda básica", "busqueda", "busqueda"],
  ["x".repeat(129), "long", "long"],
])("the tool %s of id %s is called %s", (name, id, called) => {
  expect(mcpNameOf(name, id)).toBe(called);
});

test("a name and an id that are both illegal give a legible name, which the id tells apart", () => {
  const name = mcpNameOf("Búsqueda básica!", "búsqueda 1");
  expect(name).toMatch(/^Busqueda_basica_[0-9a-f]{8}$/);
  expect(mcpNameOf("Búsqueda básica!", "búsqueda 2")).not.toBe(name);
  expect(mcpNameOf("検索", "検索")).toMatch(/^tool_[0-9a-f]{8}$/);
});

test("any name and id give a name that MCP allows", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (name, id) => {
      expect(mcpNameOf(name, id)).toMatch(/^[A-Za-z0-9_.-]{1,128}$/);
    }),
  );
});
