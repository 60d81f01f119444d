import { expect, test } from "vitest";
import { metaKeyMistake, toolMeta } from "./meta-schema.ts";

test.each(["team", "com.example/team", "com.example.mcp/x", "my-org/a_b.c", "com.example/", "9"])(
  "%s is a key of _meta",
  (key) => {
    expect(metaKeyMistake(key)).toBeNull();
  },
);

test.each([
  "",
  "/x",
  "1com/x",
  "com..example/x",
  "com.example-/x",
  "-x",
  "x-",
  "a b",
  "a/b/c",
  "é",
])("%j is no key of _meta", (key) => {
  expect(metaKeyMistake(key)).toMatch("is not a key of _meta");
});

test.each([
  "io.modelcontextprotocol/x",
  "dev.mcp/x",
  "com.mcp.tools/x",
  "org.ModelContextProtocol.api/x",
  "mcp.dev/x",
  "tools.mcp.com/x",
])("%s has a prefix that is MCP's own", (key) => {
  expect(metaKeyMistake(key)).toMatch("reserved for MCP");
});

test("keys of trace context are reserved", () => {
  expect(metaKeyMistake("traceparent")).toMatch("reserved");
});

test("a mistake stands at its key; values are free, to a size", () => {
  const value = { "com.example/a": [null, { deep: true }] };
  expect(toolMeta.parse(value)).toEqual(value);
  const issues = toolMeta.safeParse({ "dev.mcp/x": 1, ok: 1 }).error?.issues;
  expect(issues?.map(({ path }) => path)).toEqual([["dev.mcp/x"]]);
  expect(toolMeta.safeParse({ a: "x".repeat(17_000) }).success).toBe(false);
});
