import OpenAI from "openai";
import { z } from "zod";
import { type Adapter, MalformedAnswer } from "../chat.ts";

const count = z.number().int().min(0).catch(0);

/** What is read of a chat completion; servers that speak the dialect leave out much of the rest. */
const completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
      }),
    )
    .min(1),
  usage: z
    .object({
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
    })
    .nullish(),
});

function stopOf(reason: string | null | undefined, refusal: string | null | undefined) {
  if (reason === "length") return "length";
  return refusal || reason === "content_filter" ? "refusal" : "end";
}

/** OpenAI's chat completions, which many other servers speak too. */
export const openaiAdapter: Adapter = async (access, request) => {
  const { apiKey, baseUrl, fetch, timeoutMs, retries, signal } = access;
  // Whatever is not given, the library would take from the environment of this process.
  const client = new OpenAI({
    ...{ apiKey, adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    ...{ fetch, timeout: timeoutMs, maxRetries: retries, logLevel: "off" },
  });
  const { model, system, messages, temperature, maxTokens, jsonObject } = request;
  const answer = await client.chat.completions.create(
    {
      model,
      messages: [
        ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
        ...messages.map(({ role, text }) => ({ role, content: text })),
      ],
      ...(temperature === undefined ? {} : { temperature }),
      // OpenAI's own newer models refuse the older name, which others alone know.
      ...(baseUrl === null ? { max_completion_tokens: maxTokens } : { max_tokens: maxTokens }),
      ...(jsonObject ? { response_format: { type: "json_object" as const } } : {}),
    },
    { signal },
  );
  const read = completion.safeParse(answer);
  const [choice] = read.data?.choices ?? [];
  if (!choice) throw new MalformedAnswer("it is no chat completion");
  const { message, finish_reason } = choice;
  const usage = read.data?.usage;
  return {
    text: message.content ?? message.refusal ?? "",
    stop: stopOf(finish_reason, message.refusal),
    tokensIn: usage?.prompt_tokens ?? 0,
    tokensOut: usage?.completion_tokens ?? 0,
    tokensCached: usage?.prompt_tokens_details?.cached_tokens ?? 0,
  };
};
