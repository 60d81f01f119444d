import { randomInt, randomUUID } from "node:crypto";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Random base62 text; 43 characters carry 256 bits. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}

let lastMs = 0;
let sequence = 0;

/** UUID version 7 (RFC 9562, section 5.7): sorts by creation time, monotonic within the process. */
export function uuidv7(): string {
  const now = Date.now();
  if (now > lastMs) {
    lastMs = now;
    sequence = randomInt(0x400);
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  // The last 64 bits of a version 4 UUID: variant and 62 random bits, from Node's own pool of them.
  const tail = randomUUID().slice(19);
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7${sequence.toString(16).padStart(3, "0")}`;
  return `${head}-${tail}`;
}

/** An id that says its kind: `tool_019a…` (32 hex digits, sorts by creation time). */
export function prefixedId(prefix: string): string {
  return `${prefix}_${uuidv7().replaceAll("-", "")}`;
}
