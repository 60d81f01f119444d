import type { ChatAnswer } from "./chat.ts";
import type { ModelPrice } from "./schema.ts";

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
