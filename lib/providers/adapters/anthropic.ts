import Anthropic from "@anthropic-ai/sdk";
import { z } from "zod";
import { type Adapter, MalformedAnswer } from "../chat.ts";

const count = z.number().int().min(0).nullish().catch(0);

/** What is read of a message. */
const message = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })),
  stop_reason: z.string().nullish(),
  usage: z
    .object({
      input_tokens: count,
      output_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: count,
    })
    .nullish(),
});

const stops: Record<string, "length" | "refusal"> = {
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "refusal",
};

/** Anthropic's messages. */
export const anthropicAdapter: Adapter = async (access, request) => {
  const { apiKey, baseUrl, fetch, timeoutMs, retries, signal } = access;
  // Whatever is not given, the library would take from the environment of this process.
  const client = new Anthropic({
    ...{ apiKey, authToken: null, webhookKey: null },
    baseURL: baseUrl ?? "https://api.anthropic.com",
    ...{ fetch, timeout: timeoutMs, maxRetries: retries, logLevel: "off" },
  });
  const { model, system, messages, temperature, maxTokens } = request;
  const answer = await client.messages.create(
    {
      ...{ model, max_tokens: maxTokens, stream: false },
      ...(system === undefined ? {} : { system }),
      messages: messages.map(({ role, text }) => ({ role, content: text })),
      ...(temperature === undefined ? {} : { temperature }),
    },
    { signal },
  );
  const read = message.safeParse(answer);
  if (!read.success) throw new MalformedAnswer("it is no message");
  const { content, stop_reason, usage } = read.data;
  const cached = usage?.cache_read_input_tokens ?? 0;
  return {
    text: content.flatMap(({ type, text }) => (type === "text" && text ? [text] : [])).join(""),
    stop: stops[stop_reason ?? ""] ?? "end",
    // Its `input_tokens` are those that had to do with no cache.
    tokensIn: (usage?.input_tokens ?? 0) + cached + (usage?.cache_creation_input_tokens ?? 0),
    tokensOut: usage?.output_tokens ?? 0,
    tokensCached: cached,
  };
};
