import { expect, test } from "vitest";
import { turnsDuring } from "../evaluation/testing.ts";
import { promptMistakes, renderPrompts } from "./prompt-template.ts";

const render = async (text: string, args = {}) => (await renderPrompts("t", [text], args))[0];

test("arguments are the variables, and lists, conditions and filters work", async () => {
  const text = "{% for item in list %}{{ item.name | upcase }} {% endfor %}{% if x %}y{% endif %}";
  expect(await render(text, { list: [{ name: "a" }, { name: "b" }], x: true })).toBe("A B y");
  expect(await render("[{{ missing }}]")).toBe("[]");
});

test("an argument's own braces are text and not a template", async () => {
  expect(await render("{{ a }}", { a: "{{ b }}{% raw %}", b: "secret" })).toBe("{{ b }}{% raw %}");
});

test.each([
  "{% include 'package.json' %}",
  "{% render '/etc/passwd' %}",
  "{% layout 'x' %}",
  "{% block a %}{% endblock %}",
  "{{ unclosed",
  "{% if %}",
  "{% for x in y %}",
])("%s is refused when the tool is written", async (prompt) => {
  const config = { implementation: "ai:m", prompt };
  expect(await promptMistakes("t", config)).toEqual([
    { pointer: "/config/prompt", message: expect.stringContaining("is no Liquid template") },
  ]);
});

test("mistakes in messages and in the system's text are told at their places", async () => {
  const messages = [
    { role: "user", content: "fine" },
    { role: "user", content: "{{" },
  ];
  const config = { implementation: "ai:m", messages, system: "{% nope %}" };
  expect((await promptMistakes("t", config)).map(({ pointer }) => pointer)).toEqual([
    "/config/system",
    "/config/messages/1/content",
  ]);
  expect(await promptMistakes("t", { implementation: "return 1", prompt: "{{" })).toEqual([]);
});

test.each([
  ["prototypes", "{{ a.constructor }}{{ a.__proto__ }}{{ constructor.name }}", ""],
  ["the process", "{{ process.env.HOME }}{{ global }}{{ require }}", ""],
])("a template reaches nothing of %s", async (_name, text, shown) => {
  expect(await render(text, { a: { b: 1 } })).toBe(shown);
});

test.each([
  ["counts to a billion", "{% for i in (1..1000000000) %}x{% endfor %}"],
  ["loops in a loop", "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}"],
  [
    "doubles a text",
    "{% assign s = 'aaaaaaaaaa' %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}",
  ],
  ["pads a date", "{{ 'now' | date: '%999999999Y' }}"],
  ["replaces into more", "{% assign s = a | replace: 'a', a | replace: 'a', a %}{{ s }}{{ s }}"],
])("a template that %s ends in an error", async (_name, text) => {
  await expect(render(text, { a: "a".repeat(3_000) })).rejects.toThrow(
    /cannot be filled in|longer than/,
  );
});

test("a template that takes its time holds nobody up", async () => {
  const slow = "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}";
  const { outcome, turns } = await turnsDuring(() => render(slow).catch((error: unknown) => error));
  expect(outcome).toMatchObject({ code: "template_failed" });
  expect(turns).toBeGreaterThan(2);
});
