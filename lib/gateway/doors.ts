import type { z } from "zod";
import type { ProviderType } from "#lib/providers/schema.ts";
import type { RequestShape } from "./bound.ts";
import {
  chatInput,
  countTokensInput,
  embeddingsInput,
  messagesInput,
  responsesInput,
} from "./schema.ts";
import { type Crossing, crossings } from "./translate/crossings.ts";

/** An address of the gateway, and the dialect that is spoken there. */
export interface Door {
  /** Under `/v1/`; the ledger's name of its calls. */
  name: RequestShape | "messages/count_tokens";
  dialect: ProviderType;
  input: z.ZodType<{ model: string; stream?: boolean | null | undefined }>;
  /** What a provider of the same dialect is asked in. */
  shape: RequestShape;
  /** Under a provider's address, where it speaks the same dialect. */
  path: string;
  streams: boolean;
  /** The provider charges for it. */
  isBilled: boolean;
  /** How a model of the other dialect is asked; null: it cannot be. */
  crossing: Crossing | null;
}

export const doors = {
  chat: {
    ...{ name: "chat/completions", dialect: "openai", input: chatInput },
    ...{
      path: "/chat/completions",
      shape: "chat/completions",
      streams: true,
      isBilled: true,
      crossing: crossings.openai,
    },
  },
  messages: {
    ...{ name: "messages", dialect: "anthropic", input: messagesInput },
    ...{
      path: "/v1/messages",
      shape: "messages",
      streams: true,
      isBilled: true,
      crossing: crossings.anthropic,
    },
  },
  countTokens: {
    ...{ name: "messages/count_tokens", dialect: "anthropic", input: countTokensInput },
    ...{
      path: "/v1/messages/count_tokens",
      shape: "messages",
      streams: false,
      isBilled: false,
      crossing: null,
    },
  },
  embeddings: {
    ...{ name: "embeddings", dialect: "openai", input: embeddingsInput },
    ...{ path: "/embeddings", shape: "embeddings", streams: false, isBilled: true, crossing: null },
  },
  responses: {
    ...{ name: "responses", dialect: "openai", input: responsesInput },
    ...{ path: "/responses", shape: "responses", streams: true, isBilled: true, crossing: null },
  },
} as const satisfies Record<string, Door>;
