import type { JsonObject } from "#lib/core/json.ts";
import { completionHead, finishReasons, object, text, toCompletionUsage } from "./answer.ts";

/** Turns the events of one dialect's stream into frames of the other's. */
export interface StreamTranslation {
  /** The frames that an event becomes; null is OpenAI's `[DONE]`. */
  push(event: JsonObject | null): string[];
  /** What is still to be said when the stream is over; nothing where it was said already. */
  end(): string[];
}

function frame(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

/** A message's stream as a chat completion's; `includeUsage` is what the client asked for. */
export function messageStreamToChunks(includeUsage: boolean): StreamTranslation {
  let head: JsonObject = completionHead(null, null, "chat.completion.chunk");
  let usage: JsonObject = {};
  /** The number of the tool call that is being told, of as many as there were. */
  let calls = 0;
  let hasArguments = false;
  let isOver = false;

  const chunk = (delta: JsonObject, finish_reason: string | null = null) =>
    frame({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(includeUsage ? { usage: null } : {}),
    });
  const toolDelta = (call: JsonObject) => chunk({ tool_calls: [{ index: calls - 1, ...call }] });

  function begin(event: JsonObject): string[] {
    const message = object(event.message);
    head = completionHead(message.id, message.model, "chat.completion.chunk");
    usage = object(message.usage);
    return [chunk({ role: "assistant", content: "", refusal: null })];
  }

  function beginBlock({ type, id, name }: JsonObject): string[] {
    if (type !== "tool_use") return [];
    calls += 1;
    hasArguments = false;
    return [toolDelta({ id, type: "function", function: { name, arguments: "" } })];
  }

  function tell({ type, ...delta }: JsonObject): string[] {
    if (type === "text_delta") return [chunk({ content: text(delta.text) })];
    if (type === "thinking_delta") return [chunk({ reasoning_content: text(delta.thinking) })];
    if (type !== "input_json_delta" || text(delta.partial_json) === "") return [];
    hasArguments = true;
    return [toolDelta({ function: { arguments: text(delta.partial_json) } })];
  }

  /** Of a tool without arguments nothing is told; OpenAI's clients read them as JSON. */
  function endBlock(isTool: boolean): string[] {
    return isTool && !hasArguments ? [toolDelta({ function: { arguments: "{}" } })] : [];
  }

  const tools = new Set<unknown>();
  return {
    push(event) {
      if (event === null) return this.end();
      const { type, index } = event;
      if (type === "message_start") return begin(event);
      if (type === "content_block_start") {
        const block = object(event.content_block);
        if (block.type === "tool_use") tools.add(index);
        return beginBlock(block);
      }
      if (type === "content_block_delta") return tell(object(event.delta));
      if (type === "content_block_stop") return endBlock(tools.has(index));
      if (type === "message_delta") {
        const told = Object.entries(object(event.usage)).filter(([, value]) => value !== null);
        usage = { ...usage, ...Object.fromEntries(told) };
        const reason = text(object(event.delta).stop_reason);
        return reason === "" ? [] : [chunk({}, finishReasons[reason] ?? "stop")];
      }
      return type === "message_stop" ? this.end() : [];
    },
    end() {
      if (isOver) return [];
      isOver = true;
      const told = { ...head, choices: [], usage: toCompletionUsage(usage) };
      return [...(includeUsage ? [frame(told)] : []), "data: [DONE]\n\n"];
    },
  };
}
