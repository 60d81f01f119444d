import { expect, test } from "vitest";
import { toOutcome } from "./sign-in.ts";

test("a locked account says for how long", () => {
  expect(toOutcome("locked:42")).toEqual({ kind: "locked", retryAfterSeconds: 42 });
});

test("a refusal does not say whether the address or the password is wrong", () => {
  expect(toOutcome("CredentialsSignin")).toMatchObject({ kind: "refused" });
  expect(toOutcome("CredentialsSignin")).toHaveProperty("detail", expect.stringContaining(" or "));
});

test("a server that fails is not told as a wrong password", () => {
  for (const error of [undefined, null, "Configuration", "locked:soon"]) {
    expect(toOutcome(error)).not.toEqual(toOutcome("CredentialsSignin"));
  }
});
