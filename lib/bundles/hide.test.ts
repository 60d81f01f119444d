import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "#lib/core/json.ts";
import { fillHidden, hiddenIn, hideConfig } from "./hide.ts";

const url = "https://api.example.com/a";

test.each<[string, JsonObject]>([
  ["a header", { implementation: url, headers: { "x-key": "hunter2" } }],
  ["a header with a word before it", { implementation: url, headers: { a: "Bearer hunter2" } }],
  ["a header beside a placeholder", { implementation: url, headers: { a: "hunter2 {{x}}" } }],
  ["a header that ends with it", { implementation: url, headers: { a: "{{x}}hunter2" } }],
  ["a plain header's parameter", { implementation: url, headers: { accept: "a;token=hunter2" } }],
  ["the address's query", { implementation: `${url}?api_key=hunter2&b={b}` }],
  ["the address's query, in part", { implementation: `${url}?api_key={b}hunter2` }],
  ["the address's user", { implementation: "https://ada:hunter2@api.example.com/a" }],
  ["a named query", { implementation: url, query: { api_key: "hunter2" } }],
  ["a query under a name that URLs mask", { implementation: url, query: { sig: "hunter2" } }],
  ["a named query of several", { implementation: url, query: { api_key: ["{{a}}", "hunter2"] } }],
  ["a body's member", { implementation: url, body: { auth: { password: "hunter2" } } }],
  [
    "a body's member within a named one",
    { implementation: url, body: { secret: { a: "hunter2" } } },
  ],
  ["a body's URL", { implementation: url, body: { db: "postgres://ada:hunter2@db/crm" } }],
  ["a body's text", { implementation: url, body_type: "text", body: "a=1&password=hunter2" }],
  ["a key that no runtime reads", { implementation: "internal:echo", api_token: "hunter2" }],
  [
    "a key of auth of another type",
    { implementation: url, auth: { type: "none", secret: "hunter2" } },
  ],
  [
    "a key of auth that there is not",
    {
      implementation: url,
      auth: { type: "bearer", secret: "CRM", password: "hunter2" },
    },
  ],
  [
    "auth of what is no http tool",
    { implementation: "internal:echo", auth: { secret: "hunter2" } },
  ],
  ["secrets of what is no code", { implementation: "internal:echo", secrets: ["hunter2"] }],
])("a secret in %s is not exported", (_, config) => {
  const hidden = hideConfig(config);
  expect(JSON.stringify(hidden)).not.toContain("hunter2");
  expect(hiddenIn(hidden, "")).not.toEqual([]);
});

test.each<[string, JsonObject]>([
  ["placeholders", { implementation: url, headers: { authorization: "Bearer {{secret:CRM}}" } }],
  ["arguments in an address", { implementation: `${url}?api_key={key}&b=1` }],
  ["arguments under names of secrets", { implementation: url, body: { token: "{{token}}" } }],
  ["headers of the message", { implementation: url, headers: { Accept: "application/json" } }],
  ["numbers of tokens", { implementation: "ai:gpt", prompt: "Hi", max_tokens: 100 }],
  [
    "names of secrets",
    {
      implementation: url,
      auth: {
        ...{ type: "oauth2_client_credentials", client_secret: "CRM", client_id: "a" },
        token_url: "https://id.example.com/token",
      },
    },
  ],
  ["names of secrets of code", { implementation: "return 1", secrets: ["CRM"] }],
  ["code", { implementation: 'let token = "[secret]"; return token' }],
])("%s are exported as they are", (_, config) => {
  expect(hideConfig(config)).toEqual(config);
});

test("a mask stands for the value that was hidden there, and for nothing else", () => {
  const kept = { query: { api_key: "hunter2", q: "x" }, url: "a://b:pw@c" };
  const hidden = { query: { api_key: "[secret]", q: "x" }, url: "a://b:[secret]@c" };
  expect(fillHidden(hidden, { kept, hidden }, "")).toEqual({ value: kept, errors: [] });
  const moved = { query: { q: "[secret]" }, url: "a://b:[secret]@elsewhere" };
  const { value, errors } = fillHidden(moved, { kept, hidden }, "/config");
  expect(JSON.stringify(value)).not.toMatch(/hunter2|pw/);
  expect(errors.map(({ pointer }) => pointer)).toEqual(["/config/query/q", "/config/url"]);
});

test("whatever is hidden comes back whole where it was, and hiding twice is hiding once", () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  const config = fc.dictionary(
    fc.oneof(fc.constantFrom("api_key", "headers", "auth", "secrets", "password"), fc.string()),
    value,
  );
  fc.assert(
    fc.property(config, (given) => {
      const kept: JsonObject = { ...given, implementation: url };
      const hidden = hideConfig(kept);
      expect(hideConfig(hidden)).toEqual(hidden);
      expect(fillHidden(hidden, { kept, hidden }, "").value).toEqual(kept);
    }),
  );
});
