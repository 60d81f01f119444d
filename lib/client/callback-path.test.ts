import { expect, test } from "vitest";
import { callbackPath, signInAddress } from "./callback-path.ts";

test("a page of this site is kept with its query and fragment", () => {
  expect(callbackPath("/admin/tenants/acme?range=7d#usage")).toBe(
    "/admin/tenants/acme?range=7d#usage",
  );
});

test.each([
  "https://evil.example/admin",
  "//evil.example/admin",
  "/\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "javascript:alert(1)",
  "admin",
  "",
  undefined,
  ["/admin/keys"],
])("what leads elsewhere becomes the first page: %j", (asked) => {
  expect(callbackPath(asked)).toBe("/");
});

test("the sign-in page does not lead back to itself", () => {
  expect(callbackPath("/sign-in?callbackUrl=%2Fadmin")).toBe("/");
  expect(signInAddress("/sign-in")).toBe("/sign-in");
});

test("the sign-in address carries the page to come back to", () => {
  const address = signInAddress("/admin/tenants/a?q=x&y=1");
  expect(new URL(address, "http://localhost").searchParams.get("callbackUrl")).toBe(
    "/admin/tenants/a?q=x&y=1",
  );
  expect(signInAddress("/")).toBe("/sign-in");
});
