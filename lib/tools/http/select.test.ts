import { expect, test } from "vitest";
import { selectMistake, selectorOf } from "./select.ts";

const find = (expression: string, data: unknown) => selectorOf(expression)(data);

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
])("%s of %j is %j", (expression, data, expected) => {
  expect(find(expression, data)).toEqual(expected);
});

const doubled = (times: number) => Array(times).fill("join('', [@, @])").join(" | ");

test.each([
  ["a text that doubles", doubled(40)],
  ["a text that doubles, in its letters", `${doubled(21)} | split(@, '')`],
  ["a text of a billion spaces", "pad_left('x', `1000000000`)"],
  ["as many on the right, in parts", "pad_right('x', `500000000`) | split(@, '')"],
  ["replacements that grow", Array(12).fill("replace(@, 'x', 'xxxxxxxxxx')").join(" | ")],
  ["a function that every object has", "constructor"],
  ["one within the result", "{a: constructor}"],
  ["a function that the library's table has", "constructor(@)"],
  ["a reversal past the stack", `${doubled(15)} | reverse(@)`],
])("%s is a tool error with a reason, and nothing more", (_name, expression) => {
  expect(selectMistake(expression)).toBeNull();
  const data =
    expression.startsWith("constructor") || expression.startsWith("{") ? {} : "xxxxxxxxxx";
  expect(() => find(expression, data)).toThrow(
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
      find(expression, { list: [{ k: "__proto__" }, { k: "constructor" }] });
    } catch {
      // A failure is as good.
    }
  }
  expect({}).not.toHaveProperty("polluted");
});
