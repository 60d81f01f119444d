import { expect, test } from "vitest";
import {
  choosesHost,
  expandTemplate,
  hasHigherExpression,
  literalLength,
  matchTemplate,
  templateOf,
} from "./template.ts";

function match(template: string, uri: string): Record<string, string> | null {
  const parsed = templateOf(template);
  const values = parsed && matchTemplate(parsed, uri);
  return values && Object.fromEntries(values);
}

test("a URI with variables is a template, one without is none", () => {
  expect(templateOf("test://template/{id}/data")).toEqual({
    literals: ["test://template/", "/data"],
    variables: ["id"],
  });
  expect(templateOf("test://static-text")).toBeNull();
  expect(templateOf("file:///{} and {a b}")).toBeNull();
});

test.each([
  ["test://template/{id}/data", "test://template/123/data", { id: "123" }],
  ["a://{x}/{y}", "a://1/2", { x: "1", y: "2" }],
  ["a://{x}-{y}.json", "a://1-2-3.json", { x: "1", y: "2-3" }],
  ["a://{x}", "a://s%C3%A3o%20paulo", { x: "são paulo" }],
  ["a://{x}", "a://são", { x: "são" }],
  ["a://{x}/{x}", "a://1/1", { x: "1" }],
  ["{x}", "a", { x: "a" }],
])("%s fits %s", (template, uri, values) => {
  expect(match(template, uri)).toEqual(values);
});

test.each([
  ["test://template/{id}/data", "test://template//data"],
  ["test://template/{id}/data", "test://template/1/2/data"],
  ["test://template/{id}/data", "test://template/1/data/"],
  ["test://template/{id}/data", "test://template/data"],
  ["a://{x}", "a://1?q"],
  ["a://{x}", "a://1#f"],
  ["a://{x}", "a://%zz"],
  ["a://{x}/{x}", "a://1/2"],
  ["ab{x}ba", "aba"],
])("%s does not fit %s", (template, uri) => {
  expect(match(template, uri)).toBeNull();
});

test("what a template expands to is matched back to the same values", () => {
  const values = new Map([
    ["x", "a/b?c#d é%41'()"],
    ["y", ".."],
  ]);
  const uri = expandTemplate("a://{x}/{y}", values);
  expect(uri).toBe("a://a%2Fb%3Fc%23d%20%C3%A9%2541%27%28%29/..");
  expect(match("a://{x}/{y}", uri)).toEqual(Object.fromEntries(values));
  expect(expandTemplate("a://{x}/{z}", values)).toBe(`a://${uri.split("/")[2]}/`);
});

test("matching a long URI with many variables takes no time out of proportion", () => {
  const template = templateOf(`a://${"{x}-".repeat(50)}z`);
  if (!template) throw new Error("is a template");
  const startedAt = performance.now();
  expect(matchTemplate(template, `a://${"-".repeat(100_000)}`)).toBeNull();
  expect(performance.now() - startedAt).toBeLessThan(100);
});

test("expressions of higher levels are told from variables", () => {
  for (const uri of ["a://{+path}", "a://{/x}", "a://{?q}", "a://{a,b}", "a://{x*}", "a://{x:3}"]) {
    expect(hasHigherExpression(uri)).toBe(true);
  }
  for (const uri of ["a://{x}", "a://{}", "a://x", "a://{a.b}"]) {
    expect(hasHigherExpression(uri)).toBe(false);
  }
});

test("a variable that would choose the host is seen, however the address is written", () => {
  for (const address of ["{s}://a/b", "https://{h}/x", "https://a.{h}/x", "https://a:{p}/x"]) {
    expect(choosesHost(address)).toBe(true);
  }
  for (const address of ["https://a.example/{x}", "https://a.example?q={x}", "/srv/{x}"]) {
    expect(choosesHost(address)).toBe(false);
  }
});

test("the more a template says, the more specific it is", () => {
  const length = (uri: string) => literalLength(templateOf(uri) ?? { literals: [], variables: [] });
  expect(length("a://x/{y}/z")).toBeGreaterThan(length("a://{x}/{y}"));
});
