import { expect, test } from "vitest";
import { aiConfig } from "#lib/tools/config/ai-config.ts";
import { aiForm as form } from "./ai-form.ts";

const through = (config: Parameters<typeof form.toFields>[0]) =>
  form.toConfig(form.fields.parse(form.toFields(config)));

test.each([
  {
    ...{ implementation: "ai:house/fast", prompt: "Say {{ word }}", system: "Brief." },
    ...{ temperature: 0, max_tokens: 50, timeout_ms: 5_000, retries: 0 },
  },
  {
    implementation: "ai:fast",
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Hi." },
      { role: "user", content: "{{ text }}" },
    ],
  },
])("a config goes through the form unchanged, and the runtime takes it", (config) => {
  expect(through(config)).toEqual(config);
  expect(aiConfig.safeParse(config).success).toBe(true);
});

test("a new tool starts with an example of a prompt, and no number is written that was not given", () => {
  expect(Object.keys(through({}))).toEqual(["implementation", "prompt"]);
});

test("a complaint stands at the field that it is about", () => {
  const fields = form.toFields({});
  expect(form.fieldAt(["implementation"], fields)).toEqual(["model"]);
  expect(form.fieldAt(["max_tokens"], fields)).toEqual(["max_tokens"]);
  expect(form.fieldAt(["prompt"], fields)).toEqual(["prompt"]);
  const conversation = { ...form.toFields({}), mode: "messages" };
  expect(form.fieldAt(["messages", 2, "content"], conversation)).toEqual([
    "messages",
    2,
    "content",
  ]);
  expect(form.fieldAt(["messages"], conversation)).toEqual(["messages", 0, "content"]);
  expect(form.fieldAt(["prompt"], conversation)).toEqual(["messages", 0, "content"]);
});
