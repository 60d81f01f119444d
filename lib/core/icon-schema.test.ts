import { expect, test } from "vitest";
import { auditedIcons, displayTitle, icons, mimeType } from "./icon-schema.ts";

const inline = "data:image/png;base64,iVBORw0KGgo=";

test("icons are https addresses or inline images", () => {
  const list = [
    { src: "https://example.com/a.png", mimeType: "image/png", sizes: ["48x48", "any"] },
    { src: inline, theme: "dark" as const },
    { src: "data:image/svg+xml;charset=utf-8;base64,PHN2Zy8+" },
  ];
  expect(icons.parse(list)).toEqual(list);
  expect(icons.parse(undefined)).toEqual([]);
});

test.each([
  "http://example.com/a.png",
  "javascript:alert(1)",
  "data:text/html,<script>",
  "data:image/png",
  "data:image/png;base64,\ud800",
  "https://example.com/\0",
  "https://user:pass@example.com/a.png",
  "/a.png",
  `https://example.com/${"a".repeat(2_000)}`,
  `data:image/png;base64,${"A".repeat(64 * 1024)}`,
])("an icon cannot be %.40s", (src) => {
  expect(icons.safeParse([{ src }]).success).toBe(false);
});

test("icons are few, and small together", () => {
  const many = Array.from({ length: 9 }, () => ({ src: inline }));
  expect(icons.safeParse(many).success).toBe(false);
  const src = `data:image/png;base64,${"A".repeat(60_000)}`;
  expect(icons.safeParse([{ src }, { src }]).success).toBe(true);
  expect(icons.safeParse([{ src }, { src }, { src }]).success).toBe(false);
});

test("sizes are width by height, or any", () => {
  for (const size of ["48", "0x0", "48x48px", ""]) {
    expect(icons.safeParse([{ src: inline, sizes: [size] }]).success).toBe(false);
  }
});

test.each(["text/plain", "application/ld+json", "text/plain; charset=utf-8", 'a/b;c="d e"'])(
  "%s is a media type",
  (text) => {
    expect(mimeType.parse(text)).toBe(text);
  },
);

test.each([
  "text",
  "text/",
  "text/plain;",
  "text/plain\r\nx: y",
  "text/é",
  'a/b;c="日本"',
  'a/b;c="é"',
  "",
])("%j is no media type", (text) => {
  expect(mimeType.safeParse(text).success).toBe(false);
});

test("an empty title is none", () => {
  expect(displayTitle.parse("  ")).toBeNull();
  expect(displayTitle.parse(undefined)).toBeNull();
  expect(displayTitle.parse(" Search ")).toBe("Search");
});

test("the audit log holds no inline image", () => {
  const shown = auditedIcons([{ src: inline, theme: "dark" }, { src: "https://a.example/i.png" }]);
  expect(shown).toEqual([
    { src: `data: (${inline.length} characters)`, theme: "dark" },
    { src: "https://a.example/i.png" },
  ]);
});
