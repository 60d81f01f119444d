import type { Adapter } from "../chat.ts";
import type { ProviderType } from "../schema.ts";
import { anthropicAdapter } from "./anthropic.ts";
import { openaiAdapter } from "./openai.ts";

/** Every dialect, and what a request of it carries the key in. */
export const adapters = {
  openai: { complete: openaiAdapter, keyHeader: (key) => ["authorization", `Bearer ${key}`] },
  anthropic: { complete: anthropicAdapter, keyHeader: (key) => ["x-api-key", key] },
} satisfies Record<
  ProviderType,
  { complete: Adapter; keyHeader(key: string): [name: string, value: string] }
>;
