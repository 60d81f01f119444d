import { expect, test } from "vitest";
import { createPromptInput, putPromptInput } from "./schema.ts";

const text = (value: string) => ({ role: "user", content: { type: "text", text: value } });
const data = Buffer.from("png").toString("base64");

function mistakes(input: object): string[] {
  const { error } = createPromptInput.safeParse({ name: "p", messages: [text("x")], ...input });
  return error?.issues.map(({ path, message }) => `/${path.join("/")} ${message}`) ?? [];
}

test("what is left out has a default", () => {
  expect(createPromptInput.parse({ name: "p", messages: [text("x")] })).toEqual({
    ...{ name: "p", title: null, description: "", icons: [], arguments: [] },
    messages: [text("x")],
  });
});

test("every kind of content is kept as it came", () => {
  const contents = [
    { type: "text", text: "a\n\tb", annotations: { audience: ["user"], priority: 0.5 } },
    { type: "image", data, mimeType: "image/png" },
    { type: "audio", data, mimeType: "audio/wav" },
    { type: "resource", resource: { uri: "x://a", mimeType: "text/plain", text: "" } },
    { type: "resource", resource: { uri: "x://a", blob: data } },
    { type: "resource_link", uri: "x://a", name: "A", size: 3 },
  ];
  const messages = contents.map((content) => ({ role: "assistant", content }));
  expect(createPromptInput.parse({ name: "p", messages }).messages).toEqual(messages);
});

test.each([
  [{ name: "a b" }, "/name must have 1 to 128 letters, digits, _, . or -"],
  [{ name: ".." }, "/name must not be a dot segment"],
  [{ name: "new" }, "/name must not be a reserved word: new"],
  [{ name: "x".repeat(129) }, "/name must have 1 to 128 letters, digits, _, . or -"],
  [{ messages: [] }, "/messages must have at least one message"],
  [{ messages: new Array(101).fill(text("x")) }, "/messages must have at most 100 messages"],
  [
    { arguments: Array.from({ length: 51 }, (_, at) => ({ name: `a${at}` })) },
    "/arguments must have at most 50 arguments",
  ],
  [{ arguments: [{ name: "a" }, { name: "a" }] }, '/arguments/1/name "a" is there twice'],
  [
    { messages: [text("{{ who }} {{when}}")], arguments: [{ name: "when" }] },
    "/messages/0/content/text {{who}} names no argument. Add it to the arguments, or take it out of the text",
  ],
  [
    { messages: [{ role: "user", content: { type: "image", data, mimeType: "text/html" } }] },
    "/messages/0/content/mimeType must begin with image/",
  ],
  [
    {
      messages: [{ role: "user", content: { type: "image", data: "a=b", mimeType: "image/png" } }],
    },
    "/messages/0/content/data must be base64 with its padding",
  ],
  [
    { messages: [{ role: "user", content: { type: "resource", resource: { uri: "x://a" } } }] },
    "/messages/0/content/resource must have a uri, and a text or a base64 blob",
  ],
  [
    { messages: [{ role: "system", content: { type: "text", text: "x" } }] },
    '/messages/0/role must be "user" or "assistant"',
  ],
  [
    { messages: [{ role: "user", content: { type: "tool_use" } }] },
    "/messages/0/content/type type must be text, image, audio, resource or resource_link",
  ],
  [{ messages: [text("a\0b")] }, "/messages/0/content/text must not have control characters"],
  [{ icons: [{ src: "javascript:x" }] }, "/icons/0/src must be an https: address or a data: image"],
])("%j is refused", (input, expected) => {
  expect(mistakes(input)).toContain(expected);
});

test("a prompt of more than 1 MiB in all is refused, and one of that size is not", () => {
  const part = text("x".repeat(524_000));
  expect(mistakes({ messages: [part, part] })).toEqual([]);
  expect(mistakes({ messages: [part, part, text("y".repeat(2000))] })[0]).toMatch(
    /at most 1048576/,
  );
});

test("image data of a megabyte is checked without overflowing the stack", () => {
  const image = { type: "image", data: "AAAA".repeat(250_000), mimeType: "image/png" };
  expect(mistakes({ messages: [{ role: "user", content: image }] })).toEqual([]);
});

test("the version that a write is made on is a number, null or left out", () => {
  const of = (base_version: unknown) =>
    putPromptInput.safeParse({ messages: [text("x")], base_version }).success;
  expect([0, 3, null, undefined, -1, "3", 1.5].map(of)).toEqual([
    ...[true, true, true, true],
    ...[false, false, false],
  ]);
});
