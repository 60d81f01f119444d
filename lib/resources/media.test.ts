import { expect, test } from "vitest";
import { bodyOf } from "./media.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

test.each([
  "text/markdown",
  "application/json",
  "application/json; charset=utf-8",
  "image/svg+xml",
  "application/ld+json",
  "application/yaml",
])("%s is text", (mimeType) => {
  expect(bodyOf(utf8("é"), mimeType)).toEqual({ mimeType, text: "é" });
});

test.each(["image/png", "application/pdf", "application/octet-stream", "application/jsonfoo"])(
  "%s is a blob",
  (mimeType) => {
    expect(bodyOf(utf8("abc"), mimeType)).toEqual({ mimeType, blob: "YWJj" });
  },
);

test("text that is not UTF-8, such as a range within a character, is a blob", () => {
  const bytes = utf8("é").subarray(0, 1);
  expect(bodyOf(bytes, "text/plain")).toEqual({ mimeType: "text/plain", blob: "ww==" });
});

test("without a type, text is plain text and all else bytes", () => {
  expect(bodyOf(utf8("a\n"), null)).toEqual({ mimeType: "text/plain", text: "a\n" });
  expect(bodyOf(utf8("a\0"), null)).toMatchObject({ mimeType: "application/octet-stream" });
});

test("a byte order mark stays, so that ranges add up", () => {
  expect(bodyOf(utf8("\ufeffa"), "text/plain")).toMatchObject({ text: "\ufeffa" });
});
