import { expect, test } from "vitest";
import {
  editSecretForm,
  newSecretForm,
  newSecretValues,
  rotateSecretForm,
  toSecretValues,
} from "./secret-form-schema.ts";

test("a new secret is for any tool unless its tools are listed, one a line", () => {
  const filled = { ...newSecretValues, name: " KEY ", value: " v " };
  expect(newSecretForm.parse(filled)).toEqual({
    name: "KEY",
    input: { value: " v ", description: "", allowed_tools: null },
  });
  const listed = newSecretForm.parse({ ...filled, any_tool: false, tools: "one\n two, one\n" });
  expect(listed.input.allowed_tools).toEqual(["one", "two"]);
});

test("what is stored comes back from the form unchanged", () => {
  for (const allowed_tools of [null, [], ["one", "two"]]) {
    const stored = { description: "d", allowed_tools };
    expect(editSecretForm.parse(toSecretValues(stored))).toEqual(stored);
  }
});

test.each([
  [newSecretForm, { ...newSecretValues, name: "a-b", value: "v" }, "name"],
  [newSecretForm, { ...newSecretValues, name: "KEY" }, "value"],
  [rotateSecretForm, { value: "" }, "value"],
  [editSecretForm, { description: "x".repeat(501), any_tool: true, tools: "" }, "description"],
  [
    editSecretForm,
    { description: "", any_tool: false, tools: `fine\n${"x".repeat(1_000)}` },
    "tools",
  ],
])("a mistake is told at its field", (form, values, field) => {
  expect(form.safeParse(values).error?.issues.map(({ path }) => path[0])).toEqual([field]);
});
