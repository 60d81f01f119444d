import { sha256Hex } from "#lib/core/crypto.ts";
import { wordsOf } from "../search/words.ts";

/** Models read 8,192 tokens and more; a character is a token at most in nearly all scripts. */
const longest = 6_000;

/** What of an item is embedded. */
export function embeddedText(item: {
  key: string;
  tags: readonly string[];
  content: unknown;
}): string {
  const head = [item.key, ...item.tags].join(" ");
  return `${head}\n${wordsOf(item.content)}`.toWellFormed().slice(0, longest).toWellFormed();
}

/** Tells whether a text is still the one that was embedded. */
export function textHash(text: string): string {
  return sha256Hex(text);
}

/** At the scale of `halfvec` values near 0 are exact to some six digits. */
const precision = 1e6;

/** A vector of length 1 as pgvector reads it, so that no model's scale overflows half precision. */
export function vectorText(vector: readonly number[]): string {
  const length = Math.hypot(...vector) || 1;
  return `[${vector.map((value) => Math.round((value / length) * precision) / precision).join(",")}]`;
}
