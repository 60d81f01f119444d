import { expect, test } from "vitest";
import { consentUid, formSource } from "./interaction.ts";
import { defaultScopes, scopesIn, withDefaultScopes } from "./scopes.ts";

test("the permissions in a scope parameter come in our order, and others are left out", () => {
  expect(scopesIn("memory:read openid tools:call keys:write")).toEqual([
    "tools:call",
    "memory:read",
  ]);
  expect(scopesIn("toString constructor")).toEqual([]);
});

test("a request that names no permission asks for the default ones", () => {
  expect(withDefaultScopes(undefined)).toBe(defaultScopes.join(" "));
  expect(withDefaultScopes("offline_access")).toBe(`offline_access ${defaultScopes.join(" ")}`);
  expect(withDefaultScopes("tools:read")).toBe("tools:read");
});

test("the consent page's form may lead to the origin of the redirect, or to its scheme", () => {
  expect(formSource("https://app.example/cb?x=1")).toBe("https://app.example");
  expect(formSource("http://127.0.0.1:4711/cb")).toBe("http://127.0.0.1:4711");
  expect(formSource("http://[::1]:4711/cb")).toBe("http:");
  expect(formSource("cursor://anysphere.cursor-mcp/cb")).toBe("cursor:");
});

test("a consent page's path names its request", () => {
  expect(consentUid("/consent/aZ_9-")).toBe("aZ_9-");
  for (const path of ["/consent", "/consent/", "/consent/a/b", "/consent/a%2fb", "/x/consent/a"]) {
    expect(consentUid(path), path).toBeNull();
  }
});
