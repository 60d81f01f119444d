import type { JsonObject } from "#lib/core/json.ts";
import type { ModelTarget } from "#lib/providers/find-model.ts";
import type { ProviderType } from "#lib/providers/schema.ts";
import type { RequestShape } from "../bound.ts";
import { completionToMessage, messageToCompletion } from "./answer.ts";
import { chatToMessages } from "./chat-request.ts";
import { chunkStreamToMessage } from "./chunk-stream.ts";
import { messageStreamToChunks, type StreamTranslation } from "./message-stream.ts";
import { messagesToChat } from "./messages-request.ts";

/** How a conversation in one dialect is had with a model of the other. */
export interface Crossing {
  /** What the model's provider is asked in. */
  shape: RequestShape;
  /** Under the address of the model's provider. */
  path: string;
  /** Throws `invalid_request` for what cannot be carried, naming the field. */
  request(body: JsonObject, target: ModelTarget): JsonObject;
  /** Throws `BrokenStream` for what is no answer. */
  answer(data: JsonObject): JsonObject;
  stream(includeUsage: boolean): StreamTranslation;
}

/** By the client's dialect. */
export const crossings = {
  openai: {
    shape: "messages",
    path: "/v1/messages",
    request: (body, { model }) => chatToMessages(body, model),
    answer: messageToCompletion,
    stream: messageStreamToChunks,
  },
  anthropic: {
    shape: "chat/completions",
    path: "/chat/completions",
    // OpenAI's own newer models refuse the older name, which others alone know.
    request: (body, { model, provider: { baseUrl } }) =>
      messagesToChat(body, model, baseUrl === null ? "max_completion_tokens" : "max_tokens"),
    answer: completionToMessage,
    stream: chunkStreamToMessage,
  },
} satisfies Record<ProviderType, Crossing>;
