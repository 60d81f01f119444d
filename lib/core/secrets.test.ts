import fc from "fast-check";
import { expect, test } from "vitest";
import { maskUrlPassword, mayHoldSecrets, stripSecrets } from "./secrets.ts";

test.each([
  ["postgres://ada:hunter2@db.example/crm", "postgres://ada:[secret]@db.example/crm"],
  ["redis://:hunter2@cache.example:6379", "redis://:[secret]@cache.example:6379"],
  ["postgres://ada:hunter@2@db.example/a@b", "postgres://ada:[secret]@db.example/a@b"],
  ["postgres://ada:hun/ter?2@db.example/crm", "postgres://ada:[secret]@db.example/crm"],
  ["postgres://ada:hun/ter@2@db.example/crm", "postgres://ada:[secret]@db.example/crm"],
  ["jdbc:postgresql://ada:hunter2@db/crm", "jdbc:postgresql://ada:[secret]@db/crm"],
  [
    "jdbc:postgresql://db/crm?user=a&password=x&ssl=true",
    "jdbc:postgresql://db/crm?user=a&password=[secret]&ssl=true",
  ],
  ["Server=db;User=ada;Password=hunter2;", "Server=db;User=ada;Password=[secret];"],
  [
    "https://x.example/f?X-Amz-Signature=abc&sig=1",
    "https://x.example/f?X-Amz-Signature=[secret]&sig=[secret]",
  ],
  ["https://x.example/f#access_token=abc", "https://x.example/f#access_token=[secret]"],
])("the secret of %s is hidden", (url, shown) => {
  expect(maskUrlPassword(url)).toBe(shown);
  expect(maskUrlPassword(shown)).toBe(shown);
});

test.each([
  "postgres://db.example:5432/crm",
  "postgres://ada@db.example/crm",
  "https://x.example:8080/users/@ada?design=blue&max_tokens=5&bypass=1",
  "http://[::1]:8080/a@b",
  "file:///srv/data/a:b@c.csv",
  "s3://bucket/key",
  "mailto:ada@example.com",
  "what he said: this & that = fine",
])("%s holds no secret and stays", (url) => {
  expect(maskUrlPassword(url)).toBe(url);
});

test("secrets are hidden at any depth of a document, by their names and within URLs", () => {
  const document = { a: [{ api_key: "k", url: "redis://:pw@h" }], password: "", token: null };
  expect(stripSecrets(document)).toEqual({
    a: [{ api_key: "[secret]", url: "redis://:[secret]@h" }],
    password: "",
    token: null,
  });
});

test("hiding secrets takes a time linear in the text", () => {
  const startedAt = performance.now();
  for (const piece of ["?", "?pass", "a:", "; ", "token", "@:"]) {
    maskUrlPassword(`x://a:${piece.repeat(200_000 / piece.length)}`);
  }
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

const piece = fc.constantFrom(
  ...[
    "postgres://",
    "https://",
    "ada",
    ":",
    "@",
    "h",
    "/x",
    "?",
    "&",
    ";",
    "password",
    "pass",
    "sig",
  ],
  ...["api_key", "access-key", "token", "=", " ", "hunter2", '"', "\\", "Secret", "a", "\n", "é"],
);
const text = fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join(""));

test("every document from which a secret would be masked is found by the expression for SQL", () => {
  const found = new RegExp(mayHoldSecrets, "i");
  const document = fc.dictionary(text, fc.oneof(text, fc.array(text), fc.dictionary(text, text)));
  fc.assert(
    fc.property(document, (value) => {
      const json = JSON.stringify(value);
      if (JSON.stringify(stripSecrets(value)) !== json) expect(json).toMatch(found);
    }),
    { numRuns: 3000 },
  );
  expect('{"plan":"premium","keys":[1],"passenger":"x"}').not.toMatch(found);
});
