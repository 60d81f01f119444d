import OpenAI from "openai";
import { z } from "zod";
import {
  type Adapter,
  type ChatAnswer,
  type ChatRequest,
  type EmbeddingRequest,
  type Embeddings,
  MalformedAnswer,
  type ProviderAccess,
} from "../chat.ts";
import { modelList } from "./model-list.ts";

/** Null for what is no count: nobody then knows what the answer cost. */
const count = z.number().int().min(0).nullable().catch(null);

const usage = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
  })
  .nullish();

const said = z.object({ content: z.string().nullish(), refusal: z.string().nullish() });

/** What is read of a chat completion; servers that speak the dialect leave out much of the rest. */
const completion = z.object({
  choices: z.array(z.object({ finish_reason: z.string().nullish(), message: said })).min(1),
  usage,
});

/** What is read of a part of one that is streamed; the last has the usage and no choices. */
const chunk = z.object({
  choices: z
    .array(z.object({ finish_reason: z.string().nullish(), delta: said.nullish() }))
    .nullish(),
  usage,
});

/** What is read of embeddings. */
const embeddings = z.object({
  data: z.array(z.object({ index: z.number().int(), embedding: z.array(z.number()).min(1) })),
  usage: z.object({ prompt_tokens: count }).nullish(),
});

type Usage = z.output<typeof usage>;

function stopOf(reason: string | null | undefined, refusal: string): ChatAnswer["stop"] {
  if (reason === "length") return "length";
  return refusal !== "" || reason === "content_filter" ? "refusal" : "end";
}

function answerOf(
  content: string,
  refusal: string,
  reason: string | null | undefined,
  used: Usage,
): ChatAnswer {
  return {
    text: content === "" ? refusal : content,
    stop: stopOf(reason, refusal),
    tokensIn: used?.prompt_tokens ?? 0,
    tokensOut: used?.completion_tokens ?? 0,
    tokensCached: used?.prompt_tokens_details?.cached_tokens ?? 0,
    isCounted: used?.prompt_tokens != null && used.completion_tokens != null,
  };
}

const ownAddress = "https://api.openai.com/v1";

function clientOf({ apiKey, baseUrl, fetch, timeoutMs, retries }: ProviderAccess): OpenAI {
  // Whatever is not given, the library would take from the environment of this process.
  return new OpenAI({
    ...{ apiKey, adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    baseURL: baseUrl ?? ownAddress,
    ...{ fetch, timeout: timeoutMs, maxRetries: retries, logLevel: "off" },
  });
}

function paramsOf({ baseUrl }: ProviderAccess, request: ChatRequest) {
  const { model, system, messages, temperature, maxTokens, jsonObject } = request;
  return {
    model,
    messages: [
      ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
      ...messages.map(({ role, text }) => ({ role, content: text })),
    ],
    ...(temperature === undefined ? {} : { temperature }),
    // OpenAI's own newer models refuse the older name, which others alone know.
    ...(baseUrl === null ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
    ...(jsonObject ? { response_format: { type: "json_object" as const } } : {}),
  };
}

async function whole(access: ProviderAccess, request: ChatRequest): Promise<ChatAnswer> {
  const { signal } = access;
  const params = paramsOf(access, request);
  const answer = await clientOf(access).chat.completions.create(params, { signal });
  const read = completion.safeParse(answer);
  const [choice] = read.data?.choices ?? [];
  if (!choice) throw new MalformedAnswer("it is no chat completion");
  const { message, finish_reason } = choice;
  return answerOf(message.content ?? "", message.refusal ?? "", finish_reason, read.data?.usage);
}

async function streamed(
  access: ProviderAccess,
  request: ChatRequest,
  onText: (piece: string) => void,
): Promise<ChatAnswer> {
  const params = {
    ...paramsOf(access, request),
    ...{ stream: true as const, stream_options: { include_usage: true } },
  };
  const chunks = await clientOf(access).chat.completions.create(params, { signal: access.signal });
  const content: string[] = [];
  const refusal: string[] = [];
  let reason: string | null | undefined;
  let used: Usage;
  for await (const given of chunks) {
    const { data } = chunk.safeParse(given);
    if (!data) throw new MalformedAnswer("it is no part of a chat completion");
    const [choice] = data.choices ?? [];
    const piece = choice?.delta?.content ?? "";
    if (piece !== "") onText(piece);
    content.push(piece);
    refusal.push(choice?.delta?.refusal ?? "");
    reason = choice?.finish_reason ?? reason;
    used = data.usage ?? used;
  }
  if (reason == null) throw new MalformedAnswer("it broke off");
  return answerOf(content.join(""), refusal.join(""), reason, used);
}

async function embed(access: ProviderAccess, request: EmbeddingRequest): Promise<Embeddings> {
  const { model, texts } = request;
  // Unless told, the library asks for base64, which many servers of the dialect do not know.
  const params = { model, input: [...texts], encoding_format: "float" as const };
  const answer = await clientOf(access).embeddings.create(params, { signal: access.signal });
  const read = embeddings.safeParse(answer);
  if (!read.success) throw new MalformedAnswer("it is no list of embeddings");
  const { data, usage: used } = read.data;
  const vectors = data.sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  const isWhole = data.length === texts.length && data.every(({ index }, at) => index === at);
  const dimensions = vectors[0]?.length;
  if (!isWhole || vectors.some(({ length }) => length !== dimensions)) {
    throw new MalformedAnswer("it is no embedding for each text");
  }
  return {
    vectors,
    tokensIn: used?.prompt_tokens ?? 0,
    ...{ tokensOut: 0, tokensCached: 0, isCounted: used?.prompt_tokens != null },
  };
}

/** OpenAI's chat completions and embeddings, which many other servers speak too. */
export const openaiAdapter: Adapter = {
  complete: (access, request) =>
    access.onText ? streamed(access, request, access.onText) : whole(access, request),
  embed,
  async listModels(access) {
    return modelList(await clientOf(access).get("/models", { signal: access.signal }));
  },
  ownAddress,
  keyHeader: (key) => ["authorization", `Bearer ${key}`],
};
