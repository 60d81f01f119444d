import { expect, test } from "vitest";
import type { PromptContent, PromptMessage } from "./content-schema.ts";
import { fillMessages } from "./render.ts";
import type { PromptArgument } from "./schema.ts";
import { namesIn } from "./template.ts";

const argument = (name: string, required = false): PromptArgument => ({
  ...{ name, required, completions: [] },
});

const user = (content: PromptContent): PromptMessage => ({ role: "user", content });

function textOf(text: string, names: string[], given: Record<string, unknown>): string {
  const [message] = fillMessages(
    [user({ type: "text", text })],
    names.map((name) => argument(name)),
    given,
  );
  return message?.content.type === "text" ? message.content.text : "";
}

test.each([
  ["{{a}}", "1"],
  ["{{ a }} and {{\ta\t}}", "1 and 1"],
  ["{{{a}}}", "{1}"],
  ["{{a-b.c_d}}", "2"],
  ["{{a }", "{{a }"],
  ["{ {a} }", "{ {a} }"],
  ["{{ a b }}", "{{ a b }}"],
  ["{{#if a}}x{{/if}}", "{{#if a}}x{{/if}}"],
  ["{{\na\n}}", "{{\na\n}}"],
])("%j is filled in as %j", (text, expected) => {
  expect(textOf(text, ["a", "a-b.c_d"], { a: "1", "a-b.c_d": "2" })).toBe(expected);
});

test("what a value brings in is not looked at again, and $ in it means nothing", () => {
  expect(textOf("{{a}}", ["a", "b"], { a: "{{b}} $& $1 $$", b: "x" })).toBe("{{b}} $& $1 $$");
});

test("an optional argument that is missing is the empty text", () => {
  expect(textOf("[{{a}}]", ["a"], {})).toBe("[]");
});

test("names such as __proto__ are arguments like any other", () => {
  const given = JSON.parse('{"__proto__": "p", "constructor": "c"}');
  expect(textOf("{{__proto__}}{{constructor}}", ["__proto__", "constructor"], given)).toBe("pc");
  expect(textOf("{{toString}}", ["toString"], {})).toBe("");
});

test("texts and uris of embedded resources and links are filled in, data is not", () => {
  const data = Buffer.from("{{a}}").toString("base64");
  const messages = fillMessages(
    [
      user({ type: "resource", resource: { uri: "file:///{{a}}", text: "<{{a}}>" } }),
      user({ type: "resource", resource: { uri: "file:///{{a}}", blob: data } }),
      user({ type: "resource_link", uri: "x://{{a}}", name: "{{a}}" }),
      user({ type: "image", data, mimeType: "image/png" }),
    ],
    [argument("a")],
    { a: "v" },
  );
  expect(messages.map(({ content }) => content)).toEqual([
    { type: "resource", resource: { uri: "file:///v", text: "<v>" } },
    { type: "resource", resource: { uri: "file:///v", blob: data } },
    { type: "resource_link", uri: "x://v", name: "{{a}}" },
    { type: "image", data, mimeType: "image/png" },
  ]);
});

test("each missing, unknown or non-text argument is named", () => {
  const declared = [argument("a", true), argument("b")];
  expect(() => fillMessages([], declared, { b: 1, c: "x" })).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      errors: [
        { pointer: "/arguments/b", message: "must be a string" },
        { pointer: "/arguments/c", message: "is no argument of this prompt; it has a, b" },
        { pointer: "/arguments/a", message: "is required" },
      ],
    }),
  );
});

test("values that a template repeats past all measure are refused before they are written out", () => {
  const text = "{{a}}".repeat(100_000);
  expect(() => textOf(text, ["a"], { a: "x".repeat(1_000_000) })).toThrow(/Send shorter ones/);
});

test("the names of a text stand once each, in order", () => {
  expect(namesIn("{{b}} {{ a }} {{b}} {{ not one }}")).toEqual(["b", "a"]);
});
