import fc from "fast-check";
import { expect, test } from "vitest";
import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { readEvents } from "../server-events.ts";
import { completionToMessage, messageToCompletion } from "./answer.ts";
import { chatToMessages } from "./chat-request.ts";
import { chunkStreamToMessage } from "./chunk-stream.ts";
import { messageStreamToChunks, type StreamTranslation } from "./message-stream.ts";
import { messagesToChat } from "./messages-request.ts";

const word = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => text.trim() !== "");
const url = fc.webUrl();
const base64 = fc.base64String({ minLength: 4 });
const input = fc.dictionary(word, fc.jsonValue({ maxDepth: 2 })).map((given) => ({ ...given }));

const picture = fc.oneof(
  url.map((address) => ({ type: "image_url", image_url: { url: address } })),
  base64.map((data) => ({
    type: "image_url",
    image_url: { url: `data:image/png;base64,${data}` },
  })),
);
const textPart = word.map((text) => ({ type: "text", text }));
const call = fc.tuple(word, word, input).map(([id, name, given]) => ({
  ...{ id, type: "function" },
  function: { name, arguments: JSON.stringify(given) },
}));
const user = fc
  .oneof(word, fc.array(fc.oneof(textPart, picture), { minLength: 2, maxLength: 4 }))
  .map((content) => ({ role: "user", content }));
const assistant = fc
  .record({ content: fc.option(word), tool_calls: fc.array(call, { minLength: 1, maxLength: 3 }) })
  .map((said) => ({ role: "assistant", ...said }));
const answerOf = ({ tool_calls }: { tool_calls: { id: string }[] }) =>
  tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: `result of ${id}` }));

/** A user asks, the model calls tools, their results are given, and so on. */
const conversation = fc
  .tuple(fc.option(word), fc.array(fc.tuple(user, assistant), { minLength: 1, maxLength: 3 }), word)
  .map(([system, turns, last]) => [
    ...(system === null ? [] : [{ role: "system", content: system }]),
    ...turns.flatMap(([asked, said]) => [asked, said, ...answerOf(said)]),
    { role: "user", content: last },
  ]);

const request = fc.record({
  ...{ model: fc.constant("m"), messages: conversation, max_tokens: fc.integer({ min: 1 }) },
  temperature: fc.double({ min: 0, max: 1, noNaN: true }),
  stop: fc.array(word, { minLength: 1, maxLength: 4 }),
  tools: fc.array(
    fc.record({ name: word, description: word }).map((described) => ({
      type: "function",
      function: { ...described, parameters: { type: "object", properties: {} } },
    })),
    { minLength: 1 },
  ),
  tool_choice: fc.constantFrom("auto", "none", "required"),
});

test("a conversation with tools and pictures that crosses and comes back is the same", () => {
  fc.assert(
    fc.property(request, (given) => {
      const there = chatToMessages(given, "m");
      expect(messagesToChat(there, "m", "max_tokens")).toEqual(given);
    }),
  );
});

const message = fc
  .record({
    text: fc.option(word),
    calls: fc.array(fc.record({ type: fc.constant("tool_use"), id: word, name: word, input }), {
      maxLength: 3,
    }),
    thought: fc.option(word),
    stop: fc.constantFrom("end_turn", "max_tokens"),
    usage: fc.record({
      ...{ input_tokens: fc.nat(), output_tokens: fc.nat(), cache_read_input_tokens: fc.nat() },
      cache_creation_input_tokens: fc.constant(0),
    }),
  })
  .map(({ text, calls, thought, stop, usage }) => ({
    ...{ id: "x", type: "message", role: "assistant", model: "m", usage, stop_sequence: null },
    content: [
      ...(thought === null ? [] : [{ type: "thinking", thinking: thought, signature: "" }]),
      ...(text === null ? [] : [{ type: "text", text, citations: null }]),
      ...calls,
    ],
    stop_reason: calls.length > 0 && stop !== "max_tokens" ? "tool_use" : stop,
  }));

test("an answer that crosses and comes back is the same", () => {
  fc.assert(
    fc.property(message, (given) => {
      // What is written as JSON in between knows no negative zero.
      const sent = JSON.parse(JSON.stringify(given)) as JsonObject;
      const back = completionToMessage(messageToCompletion(sent));
      expect({ ...back, id: "x" }).toEqual(sent);
    }),
  );
});

/** The events of a message's stream, its texts and arguments in pieces of a few characters. */
function eventsOf(given: { content: JsonObject[]; stop_reason: string; usage: JsonObject }) {
  const pieces = (text: string) => text.match(/[\s\S]{1,3}/gu) ?? [];
  const blocks = given.content.flatMap((block, index) => {
    const [start, deltas] =
      block.type === "tool_use"
        ? [
            { ...block, input: {} },
            pieces(JSON.stringify(block.input)).map((partial_json) => ({
              ...{ type: "input_json_delta", partial_json },
            })),
          ]
        : block.type === "thinking"
          ? [
              { ...block, thinking: "" },
              pieces(String(block.thinking)).map((thinking) => ({
                ...{ type: "thinking_delta", thinking },
              })),
            ]
          : [
              { ...block, text: "" },
              pieces(String(block.text)).map((text) => ({ type: "text_delta", text })),
            ];
    return [
      { type: "content_block_start", index, content_block: start },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ];
  });
  const { usage, stop_reason } = given;
  return [
    { type: "message_start", message: { ...given, content: [], stop_reason: null } },
    ...blocks,
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
}

async function framesThrough(
  translation: StreamTranslation,
  events: (JsonObject | null)[],
): Promise<(JsonObject | null)[]> {
  const text = [...events.flatMap((event) => translation.push(event)), ...translation.end()];
  const read: (JsonObject | null)[] = [];
  for await (const { data } of readEvents(new Blob(text).stream())) {
    const value: unknown = data === "[DONE]" ? null : JSON.parse(data);
    read.push(isJsonObject(value) ? value : null);
  }
  return read;
}

/** What a client gathers of a message's stream. */
function gathered(events: (JsonObject | null)[]) {
  const blocks: JsonObject[] = [];
  let end: JsonObject = {};
  for (const event of events) {
    const delta = isJsonObject(event?.delta) ? event.delta : {};
    const block = blocks.at(-1) ?? {};
    if (event?.type === "content_block_start") blocks.push({ ...(event.content_block as object) });
    if (delta.type === "text_delta") block.text = String(block.text) + String(delta.text);
    if (delta.type === "thinking_delta") block.thinking = `${block.thinking}${delta.thinking}`;
    if (delta.type === "input_json_delta") block.json = `${block.json ?? ""}${delta.partial_json}`;
    if (event?.type === "message_delta") end = { ...delta, usage: event.usage };
  }
  const content = blocks.map(({ json, ...block }) =>
    block.type === "tool_use" ? { ...block, input: JSON.parse(String(json ?? "{}")) } : block,
  );
  return { content, ...end };
}

test("a streamed answer that crosses and comes back is the same, however it is cut", async () => {
  await fc.assert(
    fc.asyncProperty(message, async (given) => {
      const sent = JSON.parse(JSON.stringify(given)) as typeof given;
      const chunks = await framesThrough(messageStreamToChunks(true), eventsOf(sent));
      expect(chunks.at(-1)).toBeNull();
      const events = await framesThrough(chunkStreamToMessage(), chunks);
      expect(events.at(-1)).toEqual({ type: "message_stop" });
      const { content, stop_reason, stop_sequence, usage } = sent;
      expect(gathered(events)).toEqual({ content, stop_reason, stop_sequence, usage });
    }),
    { numRuns: 60 },
  );
});
