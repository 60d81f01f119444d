import type { Adapter } from "../chat.ts";
import type { ProviderType } from "../schema.ts";
import { anthropicAdapter } from "./anthropic.ts";
import { openaiAdapter } from "./openai.ts";

/** Every dialect. */
export const adapters = {
  openai: openaiAdapter,
  anthropic: anthropicAdapter,
} satisfies Record<ProviderType, Adapter>;
