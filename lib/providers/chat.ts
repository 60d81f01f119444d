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
  /** False where the provider told no numbers; they are then 0. */
  isCounted: boolean;
}

/** What a model of embeddings is asked. */
export interface EmbeddingRequest {
  /** The provider's own name. */
  model: string;
  texts: readonly string[];
}

/** Texts as vectors, in the order that they were given; tokens as the provider counts them. */
export interface Embeddings {
  vectors: number[][];
  tokensIn: number;
  tokensOut: 0;
  tokensCached: 0;
  isCounted: boolean;
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
  /** Told of the answer's text as it arrives; where it is absent the answer comes whole. */
  onText?: ((piece: string) => void) | undefined;
}

/** Speaks one dialect. All throw what its library throws, and `MalformedAnswer`. */
export interface Adapter {
  complete(access: ProviderAccess, request: ChatRequest): Promise<ChatAnswer>;
  /** Null where the dialect has no embeddings. All vectors of an answer are of one length. */
  embed: ((access: ProviderAccess, request: EmbeddingRequest) => Promise<Embeddings>) | null;
  /** The names of the models that the key may use, as the provider lists them first. */
  listModels(access: ProviderAccess): Promise<string[]>;
  /** The provider's own address, for entries that name none. */
  ownAddress: string;
  /** What a request carries the key in. */
  keyHeader(key: string): [name: string, value: string];
}

/** A provider answered with success and something else than its dialect says. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
}
