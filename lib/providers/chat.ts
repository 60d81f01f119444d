/** One turn of a conversation. */
export interface ChatMessage {
  role: "user" | "assistant";
  text: string;
}

/** What a language model is asked, whatever its provider's dialect. */
export interface ChatRequest {
  /** The provider's own name. */
  model: string;
  system?: string | undefined;
  messages: readonly ChatMessage[];
  temperature?: number | undefined;
  maxTokens: number;
  /** The answer is to be one JSON object, where the dialect can say so. */
  jsonObject?: boolean;
}

/** What it answered; tokens as the provider counts them. */
export interface ChatAnswer {
  text: string;
  /** `length`: it ran out of tokens; `refusal`: the model or a filter would not answer. */
  stop: "end" | "length" | "refusal";
  tokensIn: number;
  tokensOut: number;
  /** Of `tokensIn`, those that came from the provider's cache. */
  tokensCached: number;
}

/** How an adapter reaches its provider. */
export interface ProviderAccess {
  apiKey: string;
  /** Null: the provider's own address. */
  baseUrl: string | null;
  fetch: typeof fetch;
  timeoutMs: number;
  retries: number;
  signal: AbortSignal;
}

/** Speaks one dialect. Throws what its library throws, and `MalformedAnswer`. */
export type Adapter = (access: ProviderAccess, request: ChatRequest) => Promise<ChatAnswer>;

/** A provider answered with success and something else than its dialect says. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
}
