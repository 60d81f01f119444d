import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { closeReader, readSource } from "./read-source.ts";
import { prepareSource } from "./source.ts";

afterAll(closeReader);

const mistakeOf = (code: string) => {
  const prepared = prepareSource(code);
  return "mistake" in prepared ? prepared.mistake : null;
};

test.each([
  ["a return", "return 1"],
  ["a body that awaits", "const x = await tools.call('a');\nreturn x"],
  ["a typed body", "const n: number = args.n as number;\nreturn n satisfies number;"],
  ["a module", "export default async function (args, ctx) { return args }"],
  ["a typed module", "type A = { a: number };\nexport default (args: A): number => args.a"],
  [
    "a module with helpers",
    "export const f = () => 1;\nexport default function run() { return f() }",
  ],
  ["a named default", "const run = () => 1;\nexport { run as default }"],
  ["nothing but a comment", "// nothing"],
  ["a comment at the end", "return 1 // one"],
  ["a dynamic import", "return import('x').catch(() => 1)"],
])("%s is code", (_what, code) => expect(mistakeOf(code)).toBeNull());

test.each([
  ["const x = ;", 1, 11],
  ["return 1;\nconst x = ;", 2, 11],
  ["export default async function (args) {\n const x = ;\n}", 2, 12],
  ["let a = 1;\nlet a = 2;", 2, 5],
  ["export default () => {\n let a; let a;\n}", 2, 13],
  ["function f() { await x }", 1, 16],
  ["enum A { b }", 1, 1],
  ["return 1;\n  return `abc", 2, undefined],
  ["import fs from 'node:fs';\nreturn 1", 1, undefined],
  ["\n\nimport { a } from 'a'\nexport default a", 3, undefined],
  ["}", 1, 1],
])("%j is refused at line %i, column %i", (code, line, column) => {
  const mistake = mistakeOf(code);
  expect(mistake).toMatchObject({ line, message: expect.stringMatching(/\w/) });
  expect(mistake?.column).toBe(column);
});

test("types are taken out in place, so that every line stays where it was", () => {
  const code = "const a: number = 1;\n\nreturn a as number";
  const prepared = prepareSource(code);
  const lines = "module" in prepared ? prepared.module.split("\n") : [];
  expect(lines[2]).toMatch(/^return a\s*$/);
});

test("any text is code or a mistake within it, and never a crash", () => {
  const token = fc.constantFrom(
    ...[
      "export default ",
      "return ",
      "{",
      "}",
      "(",
      ")",
      "`",
      "'",
      "\n",
      "/*",
      "*/",
      "//",
      "import ",
      "a",
      ": A",
      "=>",
      "async ",
      "await ",
      ";",
      "\\u",
      "<A>",
      "enum B {}",
      "\u2028",
      "#!",
      "0",
    ],
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (code) => {
      const mistake = mistakeOf(code);
      if (mistake === null) return;
      expect(mistake.line).toBeGreaterThanOrEqual(1);
      expect(mistake.line).toBeLessThanOrEqual(code.split("\n").length);
      expect(mistake.column ?? 1).toBeGreaterThanOrEqual(1);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["brackets", `return ${"(".repeat(90_000)}1${")".repeat(90_000)}`],
  ["types", `type A = ${"{a:".repeat(50_000)}`],
  ["operators", `return ${"!".repeat(190_000)}1`],
  ["templates", `return ${"`${".repeat(40_000)}`],
  ["empty lines", "\n".repeat(190_000)],
  ["spaces", `${" ".repeat(190_000)}import`],
])("a text of many %s breaks nothing for the texts that are read after it", async (what, code) => {
  const prepared = await readSource(code);
  expect("mistake" in prepared || "module" in prepared).toBe(true);
  expect(await readSource(`return 1 as number // after ${what}`)).toMatchObject({
    module: expect.stringContaining("return 1"),
  });
});
