import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { RequestShape } from "./bound.ts";

export interface Tokens {
  tokensIn: number;
  tokensOut: number;
}

/** Follows a stream, so that it can be ended in its own dialect before the provider ends it. */
export interface Ending {
  saw(data: JsonObject): void;
  /** What ends the answer as one that has reached its limit. */
  frames(tokens: Tokens): string[];
}

function object(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function named(data: JsonObject): string {
  return `event: ${String(data.type)}\ndata: ${JSON.stringify(data)}\n\n`;
}

const plain = (data: JsonObject) => `data: ${JSON.stringify(data)}\n\n`;

function endingOfChat(includeUsage: boolean): Ending {
  let head: JsonObject = { object: "chat.completion.chunk" };
  /** By the choice's number: it has not said why it stopped. */
  const isOpen = new Map<number, boolean>();
  return {
    saw({ id, object: kind, created, model, choices }) {
      head = { id, object: kind ?? head.object, created, model };
      for (const choice of Array.isArray(choices) ? choices.filter(isJsonObject) : []) {
        isOpen.set(Number(choice.index ?? 0), typeof choice.finish_reason !== "string");
      }
    },
    frames({ tokensIn, tokensOut }) {
      const choices = [...isOpen].flatMap(([index, open]) =>
        open ? [{ index, delta: {}, logprobs: null, finish_reason: "length" }] : [],
      );
      const usage = {
        ...{ prompt_tokens: tokensIn, completion_tokens: tokensOut },
        total_tokens: tokensIn + tokensOut,
      };
      return [
        ...(choices.length > 0 ? [plain({ ...head, choices })] : []),
        ...(includeUsage ? [plain({ ...head, choices: [], usage })] : []),
        "data: [DONE]\n\n",
      ];
    },
  };
}

function endingOfMessage(): Ending {
  const open = new Set<unknown>();
  return {
    saw({ type, index }) {
      if (type === "content_block_start") open.add(index);
      if (type === "content_block_stop") open.delete(index);
    },
    frames({ tokensOut: output_tokens }) {
      const delta = { stop_reason: "max_tokens", stop_sequence: null };
      return [
        ...[...open].map((index) => named({ type: "content_block_stop", index })),
        named({ type: "message_delta", delta, usage: { output_tokens } }),
        named({ type: "message_stop" }),
      ];
    },
  };
}

function endingOfResponse(): Ending {
  let response: JsonObject = { object: "response", output: [] };
  const output: unknown[] = [];
  let last = 0;
  return {
    saw(data) {
      response = { ...response, ...object(data.response) };
      if (data.type === "response.output_item.done") output.push(data.item);
      if (typeof data.sequence_number === "number") last = data.sequence_number;
    },
    frames({ tokensIn: input_tokens, tokensOut: output_tokens }) {
      const usage = { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens };
      const ended = {
        ...{ ...response, status: "incomplete", output, usage },
        incomplete_details: { reason: "max_output_tokens" },
      };
      return [named({ type: "response.incomplete", sequence_number: last + 1, response: ended })];
    },
  };
}

/** By what a provider streams; embeddings are never streamed. */
export const endings: Record<RequestShape, (includeUsage: boolean) => Ending> = {
  "chat/completions": endingOfChat,
  messages: endingOfMessage,
  responses: endingOfResponse,
  embeddings: endingOfChat,
};

/** The events with which a provider of the other dialect would end at its limit, for a translation. */
export const limitEvents = {
  openai: ({ tokensIn, tokensOut }: Tokens): JsonObject[] => [
    { choices: [{ index: 0, delta: {}, finish_reason: "length" }] },
    { choices: [], usage: { prompt_tokens: tokensIn, completion_tokens: tokensOut } },
  ],
  anthropic: ({ tokensIn, tokensOut }: Tokens): JsonObject[] => [
    {
      ...{ type: "message_delta", delta: { stop_reason: "max_tokens" } },
      usage: { input_tokens: tokensIn, output_tokens: tokensOut },
    },
  ],
};
