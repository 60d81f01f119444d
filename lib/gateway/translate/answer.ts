import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import { BrokenStream } from "../server-events.ts";

/** Why a model stopped, from Anthropic's word to OpenAI's. */
export const finishReasons: Readonly<Record<string, string>> = {
  ...{ end_turn: "stop", stop_sequence: "stop", max_tokens: "length", tool_use: "tool_calls" },
  ...{ model_context_window_exceeded: "length", refusal: "content_filter", pause_turn: "stop" },
};

/** The same from OpenAI's word. */
const stopReasons: Readonly<Record<string, string>> = {
  ...{ stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" },
  content_filter: "refusal",
};

export function object(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

export function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function count(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}

/** Anthropic's usage as OpenAI counts: its input is all of it, cached or not. */
export function toCompletionUsage(usage: JsonObject): JsonObject {
  const cached = count(usage.cache_read_input_tokens);
  const prompt = count(usage.input_tokens) + cached + count(usage.cache_creation_input_tokens);
  const completion = count(usage.output_tokens);
  const { thinking_tokens } = object(usage.output_tokens_details);
  return {
    ...{ prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
    prompt_tokens_details: { cached_tokens: cached },
    ...(thinking_tokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: count(thinking_tokens) } }),
  };
}

/** OpenAI's usage as Anthropic counts: its input is what came from no cache. */
export function toMessageUsage(usage: JsonObject): JsonObject {
  const prompt = count(usage.prompt_tokens);
  const cached = Math.min(count(object(usage.prompt_tokens_details).cached_tokens), prompt);
  const { reasoning_tokens } = object(usage.completion_tokens_details);
  return {
    ...{ input_tokens: prompt - cached, output_tokens: count(usage.completion_tokens) },
    ...{ cache_read_input_tokens: cached, cache_creation_input_tokens: 0 },
    ...(reasoning_tokens === undefined
      ? {}
      : { output_tokens_details: { thinking_tokens: count(reasoning_tokens) } }),
  };
}

const now = () => Math.floor(Date.now() / 1000);

/** An id in the other dialect's form. */
const completionId = (id: unknown) => `chatcmpl-${text(id) || "0"}`;
const messageId = (id: unknown) => `msg_${text(id) || "0"}`;

/** What every part of a streamed chat completion, and a whole one, begin with. */
export function completionHead(id: unknown, model: unknown, kind: string): JsonObject {
  return { id: completionId(id), object: kind, created: now(), model: text(model) };
}

/** A message as a chat completion; its thoughts are `reasoning_content`. */
export function messageToCompletion(message: JsonObject): JsonObject {
  if (!Array.isArray(message.content)) throw new BrokenStream("it is no message");
  const blocks = objects(message.content);
  const joined = (type: string, member: string) =>
    blocks.flatMap((block) => (block.type === type ? [text(block[member])] : [])).join("");
  const calls = blocks.flatMap(({ type, id, name, input }) =>
    type === "tool_use"
      ? [{ id, type: "function", function: { name, arguments: JSON.stringify(input ?? {}) } }]
      : [],
  );
  const thoughts = joined("thinking", "thinking");
  const said = joined("text", "text");
  return {
    ...completionHead(message.id, message.model, "chat.completion"),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: said === "" && calls.length > 0 ? null : said,
          refusal: null,
          ...(thoughts === "" ? {} : { reasoning_content: thoughts }),
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: finishReasons[text(message.stop_reason)] ?? "stop",
      },
    ],
    usage: toCompletionUsage(object(message.usage)),
  };
}

function inputOf(given: unknown): unknown {
  const written = text(given);
  try {
    return written.trim() === "" ? {} : JSON.parse(written);
  } catch (cause) {
    throw new BrokenStream("the arguments of a tool call are not JSON", { cause });
  }
}

/** A message without its content and end, as a stream begins with it too. */
export function messageHead(id: unknown, model: unknown): JsonObject {
  return { id: messageId(id), type: "message", role: "assistant", model: text(model) };
}

/** Why it stopped in Anthropic's words: a call of a tool, or a refusal in words, goes before. */
export function stopReasonOf(finish: unknown, hasCalls: boolean, hasRefused: boolean): string {
  if (hasCalls && finish !== "length") return "tool_use";
  return hasRefused ? "refusal" : (stopReasons[text(finish)] ?? "end_turn");
}

/** A chat completion as a message; `reasoning_content` becomes a thought. */
export function completionToMessage(completion: JsonObject): JsonObject {
  const [choice] = objects(completion.choices);
  if (!choice) throw new BrokenStream("it is no chat completion");
  const said = object(choice.message);
  const thoughts = text(said.reasoning_content);
  const words = text(said.content) || text(said.refusal);
  const calls = objects(said.tool_calls).map(({ id, function: called }) => {
    const { name, arguments: given } = object(called);
    return { type: "tool_use", id, name, input: inputOf(given) };
  });
  return {
    ...messageHead(completion.id, completion.model),
    content: [
      ...(thoughts === "" ? [] : [{ type: "thinking", thinking: thoughts, signature: "" }]),
      ...(words === "" ? [] : [{ type: "text", text: words, citations: null }]),
      ...calls,
    ],
    stop_reason: stopReasonOf(choice.finish_reason, calls.length > 0, text(said.refusal) !== ""),
    stop_sequence: null,
    usage: toMessageUsage(object(completion.usage)),
  };
}
