import { expect, test } from "vitest";
import { createTrace } from "./trace.ts";

const mask =
  (secret: string) =>
  <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll(secret, "[secret]")) as T;

test("what redactors know is masked in entries before and after they were given", () => {
  const trace = createTrace();
  trace.add({ kind: "log", level: "info", text: "a hush" });
  trace.redactWith(mask("hush"));
  trace.redactWith(mask("other"));
  trace.add({
    ...{ kind: "request", method: "POST", url: "https://x.example/hush" },
    ...{ headers: { "x-a": "other" }, body: "hush other" },
  });
  expect(trace.entries).toMatchObject([
    { text: "a [secret]" },
    {
      url: "https://x.example/[secret]",
      headers: { "x-a": "[secret]" },
      body: "[secret] [secret]",
    },
  ]);
});

test("long texts are cut, and all of them together are bounded, as are the entries", () => {
  const trace = createTrace();
  for (let at = 0; at < 600; at++)
    trace.add({ kind: "log", level: "info", text: "x".repeat(99_999) });
  expect(trace.entries).toHaveLength(500);
  expect(JSON.stringify(trace.entries).length).toBeLessThan(1_200_000);
  expect(trace.entries[0]).toMatchObject({
    text: expect.stringMatching(/… \(99999 characters\)$/),
  });
});
