import { expect, test } from "vitest";
import { turnsDuring } from "../evaluation/testing.ts";
import { select, selectMistake } from "./jmespath.ts";
import { selectMistakes, selectorOf } from "./select.ts";

const find = (expression: string, data: unknown) => selectorOf(expression)("t", data);

test.each([
  ["join('-', @)", ["a", "b"], "a-b"],
  ["split(@, ',')", "a,b,,c", ["a", "b", "", "c"]],
  ["split(@, ',', `1`)", "a,b,c", ["a", "b,c"]],
  ["split(@, '')", "abc", ["a", "b", "c"]],
  ["split(@, '')", "", []],
  ["split(@, ',', `0`)", "a,b", ["a,b"]],
  ["replace(@, 'a', 'x')", "banana", "bxnxnx"],
  ["replace(@, 'a', 'x', `2`)", "banana", "bxnxna"],
  ["replace(@, 'a', 'x', `0`)", "banana", "banana"],
  ["replace(@, 'a', 'x', `4000000000`)", "banana", "bxnxnx"],
  ["pad_left(@, `5`, '0')", "42", "00042"],
  ["pad_right(@, `4`)", "ab", "ab  "],
  [
    "people[?age > `20`].name | sort(@)",
    {
      people: [
        { name: "b", age: 30 },
        { name: "a", age: 40 },
      ],
    },
    ["a", "b"],
  ],
])("%s of %j is %j", async (expression, data, expected) => {
  expect(await find(expression, data)).toEqual(expected);
});

const doubled = (times: number) => Array(times).fill("join('', [@, @])").join(" | ");

test.each([
  ["a text that doubles", doubled(40)],
  ["a text that doubles, in its letters", `${doubled(21)} | split(@, '')`],
  ["a text of a billion spaces", "pad_left('x', `1000000000`)"],
  ["as many on the right, in parts", "pad_right('x', `500000000`) | split(@, '')"],
  ["replacements that grow", Array(12).fill("replace(@, 'x', 'xxxxxxxxxx')").join(" | ")],
  ["one within the result", "{a: constructor}"],
  ["a function that the library's table has", "constructor(@)"],
  ["a reversal past the stack", `${doubled(18)} | reverse(@)`],
])("%s is a tool error with a reason, and nothing more", async (_name, expression) => {
  const config = { implementation: "https://a.example", response: { select: expression } };
  expect(await selectMistakes("t", config)).toEqual([]);
  const data =
    expression.startsWith("constructor") || expression.startsWith("{") ? {} : "xxxxxxxxxx";
  await expect(async () => find(expression, data)).rejects.toThrow(
    expect.objectContaining({ code: "response_mapping_failed" }),
  );
});

test("no expression changes what every object has", () => {
  for (const expression of [
    "from_items([['__proto__', `{\"polluted\": 1}`]])",
    "merge(@, from_items([['__proto__', `{\"polluted\": 1}`]]))",
    "group_by(@.list, &k)",
    '__proto__ | merge(@, `{"polluted": 1}`)',
  ]) {
    try {
      select(expression, { list: [{ k: "__proto__" }, { k: "constructor" }] });
    } catch {
      // A failure is as good.
    }
  }
  expect({}).not.toHaveProperty("polluted");
});

test.each([
  ["a", { a: 1 }],
  ["a.b", { a: { b: [1] } }],
  ["a.b", { a: [1] }],
  ["a[1].b", { a: [{}, { b: null }] }],
  ["a[0]", { a: { 0: 1 } }],
  ["a[7]", { a: [] }],
  ["length", { length: 3 }],
  ["length", [1, 2]],
  ["constructor", {}],
  ["a", null],
])("the plain path %s finds in %j what JMESPath finds", async (expression, data) => {
  const isFunction = expression === "constructor";
  expect(await find(expression, data)).toEqual(isFunction ? null : select(expression, data));
});

test("an expression that takes its time holds nobody up", async () => {
  const list = Array.from({ length: 3_000 }, (_, at) => at);
  const slow = "list[?contains($.list[?contains($.list, @)], @)]";
  const { outcome, turns } = await turnsDuring(() =>
    (find(slow, { list }) as Promise<unknown>).catch((error: unknown) => error),
  );
  expect(outcome).toMatchObject({ code: "response_mapping_failed" });
  expect(turns).toBeGreaterThan(2);
});

test("what is no expression is told at its place", async () => {
  expect(selectMistake("a[")).toContain("is not a JMESPath expression");
  const config = { implementation: "https://a.example", response: { select: "a[" } };
  expect(await selectMistakes("t", config)).toMatchObject([{ pointer: "/config/response/select" }]);
});
