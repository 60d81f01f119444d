import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonObject, maxJsonDepth, parseJson } from "./json.ts";

const nested = (depth: number, open = "[", close = "]") => open.repeat(depth) + close.repeat(depth);

test("any JSON text is parsed to what JSON.parse says", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test(`${maxJsonDepth} levels are parsed and one more is refused, whatever they are made of`, () => {
  const open = '{"a":';
  for (const text of [
    nested(maxJsonDepth),
    `${nested(maxJsonDepth, open, "}").replace("}", "1}")}`,
  ]) {
    expect(parseJson(text)).toBeDefined();
  }
  for (const text of [nested(maxJsonDepth + 1), nested(maxJsonDepth + 1, open, "}"), nested(5e5)]) {
    expect(() => parseJson(text)).toThrow(`deeper than ${maxJsonDepth}`);
  }
});

test("brackets within texts are no levels", () => {
  const text = JSON.stringify({ a: `"${"[{".repeat(5000)}\\`, b: '\\"[' });
  expect(parseJson(text)).toEqual(JSON.parse(text));
  const siblings = JSON.stringify(Array.from({ length: 5000 }, () => [{}]));
  expect(parseJson(siblings)).toHaveLength(5000);
});

test.each(["", "{", "{'a':1}", "[1,]", "nul", '{"a":1}}', "NaN", '"\u0001"'])(
  "%j is told to be no JSON",
  (text) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ code: "invalid_json" }));
  },
);

test("an object is kept as it is, and nothing else is taken for one", () => {
  const object = JSON.parse('{"__proto__":{"a":1},"constructor":2,"":3}');
  expect(jsonObject.parse(object)).toBe(object);
  for (const value of [[], null, "x", 1, true, undefined]) {
    expect(jsonObject.safeParse(value).success).toBe(false);
  }
});
