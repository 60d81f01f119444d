import { expect, test } from "vitest";
import { boundOf } from "./bound.ts";

const of = (shape: Parameters<typeof boundOf>[0], data: Record<string, unknown>) =>
  boundOf(shape, shape === "messages" ? "anthropic" : "openai", data, JSON.stringify(data));
const chat = (content: unknown, more = {}) =>
  of("chat/completions", { messages: [{ role: "user", content }], ...more });

test("a text counts a token for each of its bytes at least, in whatever script", () => {
  for (const text of ["x".repeat(1_000), "語".repeat(1_000), "\u0000".repeat(1_000), "😀\ud800"]) {
    expect(chat(text).tokensIn).toBeGreaterThanOrEqual(Buffer.byteLength(text));
  }
});

test("an image counts as the most that one can be, inline or by its address; its bytes do not", () => {
  const image = (url: string) => chat([{ type: "image_url", image_url: { url } }]).tokensIn;
  const inline = image(`data:image/png;base64,${"A".repeat(1_000_000)}`);
  expect(inline).toBeGreaterThan(50_000);
  expect(inline).toBeLessThan(51_000);
  expect(image("https://example.com/i.png")).toBeGreaterThan(50_000);
  const source = { type: "base64", media_type: "image/png", data: "A".repeat(9_000) };
  const nested = [{ type: "tool_result", content: [{ type: "image", source }] }];
  const { tokensIn } = of("messages", { messages: [{ role: "user", content: nested }] });
  expect(tokensIn).toBeGreaterThan(5_000);
  expect(tokensIn).toBeLessThan(6_000);
});

test("a text that only looks like an image counts by its bytes", () => {
  const source = { type: "base64", data: "A".repeat(90_000) };
  const input = { type: "image", source };
  const use = [{ type: "tool_use", id: "t", name: "n", input }];
  const { tokensIn } = of("messages", { messages: [{ role: "assistant", content: use }] });
  expect(tokensIn).toBeGreaterThan(90_000);
  expect(chat(`data:image/png;base64,${"A".repeat(90_000)}`).tokensIn).toBeGreaterThan(90_000);
});

test("output is the request's limit for each of its answers, and null without one", () => {
  expect(chat("x")).toMatchObject({ tokensOut: null, answers: 1 });
  expect(chat("x", { max_tokens: 5, max_completion_tokens: 7, n: 3 })).toMatchObject({
    ...{ tokensOut: 7, answers: 3 },
  });
  expect(of("responses", { input: "x", max_output_tokens: 9 }).tokensOut).toBe(9);
  expect(of("embeddings", { input: [1, 2, 3] }).tokensOut).toBe(0);
});

test.each([
  ["responses", { input: "x", conversation: "c1" }],
  ["responses", { input: [{ type: "item_reference", id: "i" }] }],
  ["responses", { input: "x", tools: [{ type: "web_search" }] }],
  ["responses", { input: [{ content: [{ type: "input_file", file_url: "https://x.y" }] }] }],
  ["chat/completions", { messages: [{ content: [{ type: "file", file: { file_id: "f" } }] }] }],
  ["messages", { messages: [], mcp_servers: [{}] }],
  ["messages", { messages: [{ content: [{ type: "document", source: { type: "url" } }] }] }],
] as const)("%s: nobody can count %j", (shape, data) => {
  expect(of(shape, data).boundless).not.toBeNull();
});

test("tools of the client's own count by their definitions", () => {
  const tools = [{ type: "function", function: { name: "f", description: "d".repeat(5_000) } }];
  const bound = chat("x", { tools });
  expect(bound.boundless).toBeNull();
  expect(bound.tokensIn).toBeGreaterThan(6_000);
});
