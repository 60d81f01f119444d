import fc from "fast-check";
import { expect, test } from "vitest";
import { findExactJson, jsonObject, maxJsonDepth, parseJson } from "./json.ts";

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

test("numbers that a double would round come as their text, all others as they are", () => {
  const read = (text: string) => findExactJson(text)?.value;
  expect(read('{"id": 9007199254740993, "n": [1, -2.5, 1e3, 0.1, 100000000000000000000]}')).toEqual(
    {
      id: "9007199254740993",
      n: [1, -2.5, 1000, 0.1, 1e20],
    },
  );
  expect(read("[12345678901234567890.123, 1e400, -1e-400, 0.0, 1.50]")).toEqual([
    ...["12345678901234567890.123", "1e400", "-1e-400", 0, 1.5],
  ]);
  expect(Object.keys(read('{"__proto__": 9007199254740993}') as object)).toEqual(["__proto__"]);
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(read(JSON.stringify(JSON.parse(text)))).toEqual(JSON.parse(text));
    }),
  );
  expect(findExactJson("{")).toBeNull();
  expect(findExactJson(nested(maxJsonDepth + 1))).toBeNull();
});
