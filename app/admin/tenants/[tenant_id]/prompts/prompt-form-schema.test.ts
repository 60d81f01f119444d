import { expect, test } from "vitest";
import { createPromptInput, type Prompt } from "#lib/prompts/schema.ts";
import { emptyMessage, promptForm, toPromptValues } from "./prompt-form-schema.ts";

const data = Buffer.from("x").toString("base64");

const document = createPromptInput.parse({
  name: "p",
  title: "P",
  description: "d",
  icons: [{ src: "https://icons.example/p.png", sizes: ["48x48"] }],
  arguments: [{ name: "who", title: "Who", required: true, completions: ["Ana", "Bo"] }],
  messages: [
    { role: "user", content: { type: "text", text: "Hi {{who}}", annotations: { priority: 1 } } },
    { role: "assistant", content: { type: "image", data, mimeType: "image/png" } },
    { role: "user", content: { type: "audio", data, mimeType: "audio/wav" } },
    { role: "user", content: { type: "resource", resource: { uri: "x://a", text: "t" } } },
    { role: "user", content: { type: "resource", resource: { uri: "x://a", blob: data } } },
    {
      role: "user",
      content: { type: "resource_link", uri: "x://a", name: "A", title: "T", size: 3 },
    },
  ],
});

const prompt: Prompt = {
  ...document,
  ...{ version: 1, latest_version: 1, tenant_id: "t", created_at: "", updated_at: "" },
};

const issuesOf = (values: unknown) =>
  promptForm.safeParse(values).error?.issues.map((issue) => issue.path.join(".")) ?? [];

test("a prompt that is opened and saved stays the same, what has no box included", () => {
  expect(promptForm.parse(toPromptValues(prompt))).toEqual(document);
});

test("each mistake is told at its own box", () => {
  const values = toPromptValues(prompt);
  values.name = "a b";
  values.arguments = values.arguments.map((row) => ({ ...row, name: "" }));
  values.messages = [
    { ...emptyMessage, kind: "image", mime_type: "text/html", data: "?" },
    { ...emptyMessage, kind: "resource" },
    { ...emptyMessage, kind: "resource_link", uri: "x://a", mime_type: "x" },
  ];
  expect(issuesOf(values)).toEqual([
    ...["name", "arguments.0.name"],
    ...["messages.0.data", "messages.0.mime_type", "messages.1.uri"],
    ...["messages.2.name", "messages.2.mime_type"],
  ]);
});

test("a prompt that is too large is told above the form", () => {
  const values = toPromptValues(prompt);
  values.messages = Array.from({ length: 3 }, () => ({
    ...emptyMessage,
    text: "x".repeat(400_000),
  }));
  expect(issuesOf(values)).toEqual(["root"]);
});

test("a placeholder without an argument is told at the text that has it", () => {
  const values = toPromptValues(prompt);
  values.messages = [{ ...emptyMessage, text: "{{whom}}" }];
  expect(issuesOf(values)).toEqual(["messages.0.text"]);
});
