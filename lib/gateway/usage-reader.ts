import { isJsonObject, type JsonObject } from "#lib/core/json.ts";
import type { ProviderType } from "#lib/providers/schema.ts";

/** What is known so far of an answer: tokens as the provider told them, else null. */
export interface Told {
  tokensIn: number | null;
  tokensOut: number | null;
  tokensCached: number;
  /** Characters of text, thoughts and arguments of tools: what tokens are estimated by. */
  characters: number;
  /** The same in bytes of UTF-8. */
  bytes: number;
  /** The answer says why it stopped, so that it is whole. */
  hasStopped: boolean;
}

export function nothingTold(): Told {
  return {
    tokensIn: null,
    tokensOut: null,
    tokensCached: 0,
    characters: 0,
    bytes: 0,
    hasStopped: false,
  };
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function object(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Counts texts of an answer. */
function add(told: Told, ...values: unknown[]): void {
  for (const value of values) {
    if (typeof value !== "string") continue;
    told.characters += value.length;
    told.bytes += Buffer.byteLength(value);
  }
}

function readOpenai(told: Told, data: JsonObject): void {
  // A chat completion or a part of one; an answer of /responses, or an event of one that has it.
  const answer = isJsonObject(data.response) ? data.response : data;
  const usage = object(answer.usage);
  const tokensIn = count(usage.prompt_tokens) ?? count(usage.input_tokens);
  if (tokensIn !== null) {
    told.tokensIn = tokensIn;
    // Embeddings have no output.
    told.tokensOut = count(usage.completion_tokens) ?? count(usage.output_tokens) ?? 0;
    const details = object(usage.prompt_tokens_details ?? usage.input_tokens_details);
    told.tokensCached = count(details.cached_tokens) ?? 0;
  }
  for (const choice of list(data.choices)) {
    if (typeof choice.finish_reason === "string") told.hasStopped = true;
    const said = object(choice.delta ?? choice.message);
    add(told, said.content, said.refusal, said.reasoning_content);
    for (const call of list(said.tool_calls)) {
      const { name, arguments: given } = object(call.function);
      add(told, name, given);
    }
  }
  add(told, data.delta);
  if (/^response\.(completed|incomplete|failed)$/.test(String(data.type))) told.hasStopped = true;
}

function readAnthropic(told: Told, data: JsonObject): void {
  const usage = object(data.usage ?? object(data.message).usage);
  const fresh = count(usage.input_tokens);
  if (fresh !== null) {
    const cached = count(usage.cache_read_input_tokens) ?? 0;
    // Its `input_tokens` are those that had to do with no cache.
    told.tokensIn = fresh + cached + (count(usage.cache_creation_input_tokens) ?? 0);
    told.tokensCached = cached;
  }
  // What a stream tells at its start is no count of its output.
  if (data.type !== "message_start") told.tokensOut = count(usage.output_tokens) ?? told.tokensOut;
  const delta = object(data.delta);
  add(told, delta.text, delta.thinking, delta.partial_json);
  for (const block of list(data.content)) {
    const given = block.input === undefined ? "" : JSON.stringify(block.input);
    add(told, block.text, block.thinking, given);
  }
  if (typeof (data.stop_reason ?? delta.stop_reason) === "string") told.hasStopped = true;
}

/** Takes from an answer, or an event of one, what it tells of its use, by dialect. */
export const usageReaders = {
  openai: readOpenai,
  anthropic: readAnthropic,
} satisfies Record<ProviderType, (told: Told, data: JsonObject) => void>;
