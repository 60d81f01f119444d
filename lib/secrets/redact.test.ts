import fc from "fast-check";
import { expect, test } from "vitest";
import { redact } from "./redact.ts";

const value = 'p@ss/w"ord+ñ<&>\\=42';
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each([
  ["as it is", value],
  ["in JSON", JSON.stringify({ echoed: value })],
  [
    "in JSON within JSON",
    JSON.stringify({ echoed: JSON.stringify("plain-secret") }),
    "plain-secret",
  ],
  ["in JSON within JSON, quotes escaped", JSON.stringify({ body: JSON.stringify({ value }) })],
  [
    "in JSON within JSON within JSON",
    JSON.stringify([JSON.stringify({ body: JSON.stringify({ value }) })]),
  ],
  ["in JSON of ASCII alone", '{"echoed":"p@ss/w\\"ord+\\u00f1<&>\\\\=42"}'],
  ["in JSON with its solidus escaped", JSON.stringify(value).replaceAll("/", "\\/")],
  ["in a URL", `https://x.example/?q=${encodeURIComponent(value)}`],
  ["in a URL with hex digits in lower case", encodeURIComponent(value).toLowerCase()],
  ["in a form", new URLSearchParams({ q: value }).toString()],
  ["in HTML", "<p>p@ss/w&quot;ord+ñ&lt;&amp;&gt;\\=42</p>"],
  ["in hex", Buffer.from(value).toString("hex")],
  ["in base64", base64(value)],
  ["in base64url", Buffer.from(value).toString("base64url")],
])("a value is masked %s", (_name, text, secret: string = value) => {
  const shown = redact(text, new Set([secret]));
  expect(shown).toContain("[secret]");
  expect(shown).not.toContain(secret);
  expect(shown).not.toMatch(/p@ss|ord\+|70407373/);
});

test("a value within the base64 of a longer text is masked but for at most a character at its ends", () => {
  const secret = "correct-horse-battery";
  for (const user of ["", "a", "ab", "abc", "someone"]) {
    const shown = redact(base64(`${user}:${secret}!`), new Set([secret]));
    const rest = shown.split("[secret]").map((part) => Buffer.from(part, "base64").toString());
    expect(rest).toHaveLength(2);
    expect(rest.join("")).not.toMatch(/orrect|horse|battery|batter/);
  }
});

test("every string, name of a member and number is looked at, however deep", () => {
  const given = { list: [{ "key-longvalue": ["x longvalue y"] }], n: 123456, m: 12345, t: true };
  expect(redact(given, new Set(["longvalue", "123456"]))).toEqual({
    list: [{ "key-[secret]": ["x [secret] y"] }],
    ...{ n: "[secret]", m: 12345, t: true },
  });
});

test("a value within another one leaves no remainder of the longer", () => {
  expect(redact("token-abcdef", new Set(["abcdef", "token-abcdef"]))).toBe("[secret]");
});

test("a value that reads like a replacement pattern or an expression is taken literally", () => {
  expect(redact("a.*b $& a.*b", new Set(["a.*b"]))).toBe("[secret] $& [secret]");
  expect(redact("aXXb", new Set(["a.*b"]))).toBe("aXXb");
});

test("values of fewer than four characters stay, since they are in texts that have nothing to do with them", () => {
  expect(redact("abc", new Set(["abc"]))).toBe("abc");
});

test("values that the call comes to use later are masked too", () => {
  const used = new Set(["first-value"]);
  expect(redact("first-value second-value", used)).toBe("[secret] second-value");
  used.add("second-value");
  expect(redact("first-value second-value", used)).toBe("[secret] [secret]");
});

test("without values the very same object goes through", () => {
  const given = { a: ["b"] };
  expect(redact(given, new Set())).toBe(given);
});

test("no JSON value that echoes a value, as it is, keeps it", () => {
  const secret = fc.string({ minLength: 8, maxLength: 40, unit: "binary" });
  fc.assert(
    fc.property(secret, fc.string(), fc.string(), fc.jsonValue(), (text, before, after, other) => {
      // A mask may make a value anew only of the mask's own letters.
      fc.pre(!"[secret]".includes(text) && text.isWellFormed());
      const echo = { [before]: `${before}${text}${after}`, other, [text]: [text] };
      const shown = redact(echo, new Set([text]));
      const strings = JSON.stringify(shown);
      expect(strings).toContain("[secret]");
      expect(Object.values(shown).flat()).not.toContain(text);
      expect(Object.keys(shown)).not.toContain(text);
    }),
  );
});

test("a value of the greatest length is masked, echoed a hundred times", () => {
  const longest = "0123456789abcdef".repeat(4096);
  const shown = redact(`${longest} `.repeat(100), new Set([longest]));
  expect(shown).toBe("[secret] ".repeat(100));
});

test("5 MiB, of one text or of many, with twenty values are looked through in well under the time limit of a call", () => {
  const values = new Set(
    Array.from({ length: 20 }, (_, index) => `sk-${base64(`secret ${index}`)}`),
  );
  const last = [...values].at(-1) ?? "";
  const long = "lorem ipsum dolor sit amet ".repeat(200_000) + last;
  const many = Array.from({ length: 200_000 }, (_, index) => ({ id: `item ${index}`, n: index }));
  const startedAt = performance.now();
  expect(redact(long, values).endsWith("[secret]")).toBe(true);
  expect(redact(many, values)).toEqual(many);
  // A quarter of a second on a quiet machine; a busy one must not fail the suite.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
