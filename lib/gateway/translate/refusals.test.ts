import { expect, test } from "vitest";
import { AppError } from "#lib/core/errors.ts";
import type { JsonObject } from "#lib/core/json.ts";
import { chatToMessages } from "./chat-request.ts";
import { messagesToChat } from "./messages-request.ts";

function pointerOf(translate: () => unknown): string | undefined {
  try {
    translate();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    expect(error.code).toBe("invalid_request");
    return error.errors?.[0]?.pointer;
  }
}

const hello = [{ role: "user", content: "hello" }];

const chat: [pointer: string | undefined, request: JsonObject][] = [
  ["/seed", { seed: 1 }],
  ["/n", { n: 2 }],
  [undefined, { n: 1, store: false, logprobs: false, frequency_penalty: 0, seed: null }],
  ["/logit_bias", { logit_bias: {} }],
  ["/temperature", { temperature: 1.5 }],
  ["/response_format/type", { response_format: { type: "json_object" } }],
  [undefined, { response_format: { type: "text" } }],
  ["/tools/0/type", { tools: [{ type: "custom", custom: { name: "x" } }] }],
  ["/messages/0/name", { messages: [{ role: "user", content: "x", name: "y" }] }],
  [
    "/messages/0/content/0/type",
    { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: {} }] }] },
  ],
  ["/messages/0/role", { messages: [{ role: "function", content: "x" }] }],
  ["/field_of_tomorrow", { field_of_tomorrow: 1 }],
  ["/__proto__", JSON.parse('{"__proto__": 1}') as JsonObject],
];

test.each(chat)("of a chat completion %s is refused by name, never dropped", (pointer, more) => {
  const translate = () => chatToMessages({ model: "m", messages: hello, ...more }, "m");
  const request = Object.hasOwn(more, "__proto__") ? () => chatToMessages(more, "m") : translate;
  expect(pointerOf(request)).toBe(pointer);
});

const messages: [pointer: string | undefined, request: JsonObject][] = [
  ["/top_k", { top_k: 5 }],
  ["/thinking", { thinking: { type: "enabled", budget_tokens: 2000 } }],
  [undefined, { thinking: { type: "adaptive" }, top_k: null }],
  ["/stop_sequences", { stop_sequences: ["a", "b", "c", "d", "e"] }],
  ["/container", { container: "x" }],
  ["/tools/0/type", { tools: [{ type: "web_search_20250305", name: "web_search" }] }],
  ["/output_config/format/type", { output_config: { format: { type: "xml" } } }],
  ["/messages/0/content/0/type", { messages: [{ role: "user", content: [{ type: "document" }] }] }],
  [
    "/messages/0/content/0/content/0/type",
    {
      messages: [
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "x", content: [{ type: "image" }] }],
        },
      ],
    },
  ],
  [
    "/messages/0/content/0/source/type",
    { messages: [{ role: "user", content: [{ type: "image", source: { type: "file" } }] }] },
  ],
];

test.each(messages)("of a message %s is refused by name, never dropped", (pointer, more) => {
  const request = { model: "m", max_tokens: 5, messages: hello, ...more };
  expect(pointerOf(() => messagesToChat(request, "m", "max_tokens"))).toBe(pointer);
});

test("structured output, effort and the one tool at a time are carried in the other's words", () => {
  const schema = { type: "object", properties: {}, additionalProperties: false };
  const format = { type: "json_schema", json_schema: { name: "answer", strict: true, schema } };
  const tools = [{ type: "function", function: { name: "x", parameters: schema } }];
  const named = { type: "function", function: { name: "x" } };
  const asked = {
    ...{ model: "m", messages: hello, max_tokens: 5, reasoning_effort: "high", tools },
    ...{ response_format: format, tool_choice: named, parallel_tool_calls: false, user: "u" },
  };
  const there = chatToMessages(asked, "m");
  expect(there).toMatchObject({
    ...{ output_config: { effort: "high", format: { type: "json_schema", schema } } },
    ...{ tool_choice: { type: "tool", name: "x", disable_parallel_tool_use: true } },
    metadata: { user_id: "u" },
  });
  expect(messagesToChat(there, "m", "max_tokens")).toEqual(asked);
});

test("a result that is an error says so, and thoughts of earlier turns are left out", () => {
  const request = {
    ...{ model: "m", max_tokens: 5 },
    messages: [
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "hm", signature: "s" },
          { type: "tool_use", id: "c", name: "x", input: {} },
        ],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "c", content: "no", is_error: true }],
      },
    ],
  };
  expect(messagesToChat(request, "m", "max_tokens").messages).toEqual([
    {
      ...{ role: "assistant", content: null },
      tool_calls: [{ id: "c", type: "function", function: { name: "x", arguments: "{}" } }],
    },
    {
      ...{ role: "tool", tool_call_id: "c" },
      content: [
        { type: "text", text: "Error:" },
        { type: "text", text: "no" },
      ],
    },
  ]);
});
