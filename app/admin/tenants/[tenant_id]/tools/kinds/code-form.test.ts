import { expect, test } from "vitest";
import { codeConfig } from "#lib/tools/config/code-config.ts";
import { codeForm as form } from "./code-form.ts";

const config = {
  implementation: "return 1",
  limits: { wall_ms: 5_000, memory_mb: 64 },
  secrets: ["A", "B"],
  fetch_allow: ["api.example.com", "*.example.com:8443"],
};

test("a config goes through the form unchanged, and the runtime takes it", () => {
  const back = form.toConfig(form.fields.parse(form.toFields(config)));
  expect(back).toEqual(config);
  expect(codeConfig.parse(back)).toMatchObject(config);
});

test("a new tool starts with an example and nothing but its source is written", () => {
  const values = form.fields.parse(form.toFields({}));
  expect(Object.keys(form.toConfig(values))).toEqual(["implementation"]);
});

test("a complaint stands at the field that it is about", () => {
  expect(form.fieldAt(["limits", "cpu_ms"], form.toFields({}))).toEqual(["cpu_ms"]);
  expect(form.fieldAt(["fetch_allow", 1], form.toFields({}))).toEqual(["fetch_allow"]);
  expect(form.fieldAt(["implementation"], form.toFields({}))).toEqual(["source"]);
});
