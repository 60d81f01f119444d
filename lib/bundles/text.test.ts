import fc from "fast-check";
import { expect, test } from "vitest";
import type { Bundle } from "./schema.ts";
import { bundleText, readBundleText } from "./text.ts";

const item = fc.jsonValue({ noUnicodeString: false, maxDepth: 5 });

test.each(["json", "yaml"] as const)(
  "a bundle is the same once it is read again from %s",
  (format) => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string({ unit: "binary" }), item)), (tools) => {
        const bundle = { tausestack_bundle: 1, tools } as unknown as Bundle;
        const bytes = Buffer.from(bundleText(bundle, format));
        expect(readBundleText(bytes.toString())).toEqual(JSON.parse(JSON.stringify(bundle)));
      }),
    );
  },
);

test("zero has no sign", () => {
  const bundle = { tausestack_bundle: 1, tools: [{ a: -0 }] } as unknown as Bundle;
  expect(bundleText(bundle, "yaml")).toContain("- a: 0\n");
});

test.each([
  "null",
  "~",
  "yes",
  "on",
  "0x1F",
  "1e3",
  ".inf",
  "2026-01-01",
  "",
  " a ",
  "a: b",
  "- a",
  "# a",
  "a\n\nb\n",
  "\ttab",
  "&a",
  "*a",
  "!!str",
  "'",
  '"',
  "<<",
  "\u0000",
  "\uD800",
  "\u2028",
  "a\u2028\u00a0",
  "\uFEFF",
  "\u0085",
  "\u0080",
  "\u007F",
  "\uFFFE",
  "\uFFFF\u{10FFFF}",
  "---",
])("the text %j stays a text in YAML, as a key and as a value", (text) => {
  const bundle = { tausestack_bundle: 1, tools: [{ [text]: text }] } as unknown as Bundle;
  const bytes = Buffer.from(bundleText(bundle, "yaml"));
  expect(readBundleText(bytes.toString())).toEqual(bundle);
});

function bomb(): string {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
  for (let at = 1; at < 9; at++) {
    lines.push(
      `a${at}: &a${at} [${Array(9)
        .fill(`*a${at - 1}`)
        .join(",")}]`,
    );
  }
  return lines.join("\n");
}

test.each([
  ["aliases that multiply", bomb(), /alias|values/i],
  ["an alias of itself", "tools: &a [*a]", /nests deeper|alias/i],
  [
    "a long text many times over",
    `a: &a ${"x".repeat(500_000)}\nb: [${"*a,".repeat(90)}]`,
    /characters/,
  ],
  ["nesting without end", `tools: ${"[".repeat(100_000)}`, /neither JSON nor YAML/],
  ["JSON that nests without end", `{"tools": ${"[".repeat(100_000)}`, /nests deeper/],
  ["no number", "tools: [{timeout_ms: .inf}]", /number that JSON cannot say/],
  ["a list", "- a", /no object/],
  ["a page", "<html><body>a</body></html>", /no object|neither/],
  ["nothing", " \n", /empty/],
])("%s is refused in words", (_, text, message) => {
  expect(() => readBundleText(text)).toThrow(message);
});
