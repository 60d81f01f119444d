import Anthropic from "@anthropic-ai/sdk";
import { z } from "zod";
import {
  type Adapter,
  type ChatAnswer,
  type ChatRequest,
  MalformedAnswer,
  type ProviderAccess,
} from "../chat.ts";
import { modelList } from "./model-list.ts";

/** Null for what is no count: nobody then knows what the answer cost. */
const count = z.number().int().min(0).nullish().catch(null);

const usage = z
  .object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
  })
  .nullish();

/** What is read of a message. */
const message = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage,
});

/** What is read of the events of a message that is streamed. */
const event = z.looseObject({
  type: z.string(),
  message: z.looseObject({ usage }).optional(),
  delta: z
    .looseObject({ text: z.string().optional(), stop_reason: z.string().nullish() })
    .optional(),
  usage,
});

type Usage = z.output<typeof usage>;

const stops: Record<string, "length" | "refusal"> = {
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
};

function answerOf(text: string, stopReason: string | null | undefined, used: Usage): ChatAnswer {
  const cached = used?.cache_read_input_tokens ?? 0;
  return {
    text,
    stop: stops[stopReason ?? ""] ?? "end",
    // Its `input_tokens` are those that had to do with no cache.
    tokensIn: (used?.input_tokens ?? 0) + cached + (used?.cache_creation_input_tokens ?? 0),
    tokensOut: used?.output_tokens ?? 0,
    tokensCached: cached,
    isCounted: used?.input_tokens != null && used.output_tokens != null,
  };
}

const ownAddress = "https://api.anthropic.com";

function clientOf({ apiKey, baseUrl, fetch, timeoutMs, retries }: ProviderAccess): Anthropic {
  // Whatever is not given, the library would take from the environment of this process.
  return new Anthropic({
    ...{ apiKey, authToken: null, webhookKey: null },
    baseURL: baseUrl ?? ownAddress,
    ...{ fetch, timeout: timeoutMs, maxRetries: retries, logLevel: "off" },
  });
}

function paramsOf({ model, system, messages, temperature, maxTokens }: ChatRequest) {
  return {
    ...{ model, max_tokens: maxTokens },
    ...(system === undefined ? {} : { system }),
    messages: messages.map(({ role, text }) => ({ role, content: text })),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

async function whole(access: ProviderAccess, request: ChatRequest): Promise<ChatAnswer> {
  const params = { ...paramsOf(request), stream: false as const };
  const answer = await clientOf(access).messages.create(params, { signal: access.signal });
  const read = message.safeParse(answer);
  if (!read.success) throw new MalformedAnswer("it is no message");
  const { content, stop_reason, usage: used } = read.data;
  const text = content.flatMap((part) => (part.type === "text" && part.text ? [part.text] : []));
  return answerOf(text.join(""), stop_reason, used);
}

async function streamed(
  access: ProviderAccess,
  request: ChatRequest,
  onText: (piece: string) => void,
): Promise<ChatAnswer> {
  const params = { ...paramsOf(request), stream: true as const };
  const events = await clientOf(access).messages.create(params, { signal: access.signal });
  const pieces: string[] = [];
  let stopReason: string | null | undefined;
  let used: Usage;
  for await (const given of events) {
    const { data } = event.safeParse(given);
    if (!data) throw new MalformedAnswer("it is no event of a message");
    const piece = data.type === "content_block_delta" ? (data.delta?.text ?? "") : "";
    if (piece !== "") onText(piece);
    pieces.push(piece);
    stopReason = data.delta?.stop_reason ?? stopReason;
    // The last numbers count, and only those that are told again change.
    const told = Object.entries(data.usage ?? data.message?.usage ?? {});
    if (told.length > 0)
      used = { ...used, ...Object.fromEntries(told.filter(([, n]) => n != null)) };
  }
  if (stopReason == null) throw new MalformedAnswer("it broke off");
  return answerOf(pieces.join(""), stopReason, used);
}

/** Anthropic's messages. */
export const anthropicAdapter: Adapter = {
  complete: (access, request) =>
    access.onText ? streamed(access, request, access.onText) : whole(access, request),
  embed: null,
  async listModels(access) {
    return modelList(await clientOf(access).get("/v1/models", { signal: access.signal }));
  },
  ownAddress,
  keyHeader: (key) => ["x-api-key", key],
};
