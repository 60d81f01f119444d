import type { ModelPrice } from "#lib/prices/schema.ts";
import type { ChatAnswer } from "./chat.ts";

/**
 * What an answer cost, in micro-units, rounded to the nearest; null where it is unknown, for want of
 * a price or since the provider did not count its tokens.
 */
export function costOf(
  price: ModelPrice | undefined,
  { tokensIn, tokensOut, tokensCached, isCounted }: Omit<ChatAnswer, "text" | "stop">,
): number | null {
  if (!price || !isCounted) return null;
  const { input_micros, output_micros, cached_micros = input_micros } = price;
  const cached = Math.min(tokensCached, tokensIn);
  // Past 2^53 a double would lose micro-units before they are divided.
  const millionths = [
    BigInt(tokensIn - cached) * BigInt(input_micros),
    BigInt(cached) * BigInt(cached_micros),
    BigInt(tokensOut) * BigInt(output_micros),
  ].reduce((sum, part) => sum + part, 0n);
  return Number((millionths + 500_000n) / 1_000_000n);
}

// What a provider's own template may put around a message, and around the whole, in tokens.
const aroundMessage = 32;
const aroundRequest = 256;

/** The most tokens that a request can come to. */
export interface TokenBounds {
  tokensIn: number;
  tokensOut: number;
}

/** A token stands for one byte of UTF-8 at least, so that no tokenizer makes more of texts. */
export function mostTokensOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + aroundMessage, aroundRequest);
}

/** The most that a request can cost, in micro-units; null without a price. */
export function worstCaseOf(price: ModelPrice | undefined, most: TokenBounds): number | null {
  if (!price) return null;
  const { input_micros, output_micros, cached_micros = input_micros } = price;
  const dearest = { input_micros: Math.max(input_micros, cached_micros), output_micros };
  return costOf(dearest, { ...most, tokensCached: 0, isCounted: true });
}
