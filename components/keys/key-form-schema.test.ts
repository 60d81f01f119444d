import { expect, test } from "vitest";
import { createKeyInput } from "#lib/auth/schema.ts";
import { keyForm, newKeyValues, toKeyInput } from "./key-form-schema.ts";

test("a key for everything that never expires is what the dialog starts with", () => {
  const input = toKeyInput(keyForm.parse({ ...newKeyValues, name: "ci" }), "tenant", 0);
  expect(input).toEqual({
    name: "ci",
    kind: "tenant",
    scopes: ["*"],
    agent_id: null,
    expires_at: null,
  });
});

test("the API takes what the dialog makes, lifetime and agent included", () => {
  const now = Date.now();
  const values = { name: "a", all: false, scopes: ["tools:read"], agent_id: "x", lifetime: "30" };
  const input = createKeyInput.parse(toKeyInput(keyForm.parse(values), "tenant", now));
  expect(input).toMatchObject({ scopes: ["tools:read"], agent_id: "x" });
  expect(Date.parse(input.expires_at ?? "") - now).toBe(30 * 86_400_000);
});

test("a key for nothing is refused", () => {
  const values = { ...newKeyValues, name: "a", all: false };
  expect(keyForm.safeParse(values).error?.issues[0]?.path).toEqual(["scopes"]);
});
