import { expect, test } from "vitest";
import { z } from "zod";
import { jsonText, pairsRecord, toPairs } from "./schema.ts";

const form = z.object({
  parameters: jsonText(z.record(z.string(), z.object({ type: z.string() }))),
});

function messageOf(text: string): string | undefined {
  return form.safeParse({ parameters: text }).error?.issues[0]?.message;
}

test("text that is JSON of the right shape comes out as the value", () => {
  expect(form.parse({ parameters: '{"query": {"type": "string"}}' })).toEqual({
    parameters: { query: { type: "string" } },
  });
});

test("a syntax error says where or what it is", () => {
  expect(messageOf('{\n  "query": {"type": }\n}')).toBe("Not valid JSON: '}' is unexpected.");
  expect(messageOf('{\n  "query": {}\n  "other": {}\n}')).toBe("Not valid JSON: look at line 3.");
});

test("a mistake inside the value is one issue at the field, with its path", () => {
  const issues = form.safeParse({ parameters: '{"query": {"type": 1}}' }).error?.issues;
  expect(issues?.map((issue) => issue.path)).toEqual([["parameters"]]);
  expect(issues?.[0]?.message).toMatch(/^query\.type: /);
});

test("empty text asks for a value", () => {
  expect(messageOf(" ")).toBe("Enter a JSON value.");
});

test("pairs become an object without the empty rows, and back", () => {
  const record = pairsRecord().parse([
    { key: " Accept ", value: "text/plain" },
    { key: "", value: "" },
  ]);
  expect(record).toEqual({ Accept: "text/plain" });
  expect(toPairs(record)).toEqual([{ key: "Accept", value: "text/plain" }]);
});

test.each([
  [
    "a repeated name",
    [
      { key: "a", value: "1" },
      { key: "a", value: "2" },
    ],
    1,
  ],
  ["a value without a name", [{ key: "", value: "1" }], 0],
])("%s is an error at its row", (_case, rows, index) => {
  expect(pairsRecord().safeParse(rows).error?.issues[0]?.path).toEqual([index, "key"]);
});

test("a key called __proto__ stays a key", () => {
  const record = pairsRecord().parse([{ key: "__proto__", value: "x" }]);
  expect(Object.keys(record)).toEqual(["__proto__"]);
});
