import { randomInt, randomUUID } from "node:crypto";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Random base62 text; 43 characters carry 256 bits. */
export function randomText(length: number): string {
  let text = "";
  while (text.length < length) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}

let lastMs = 0;
let lastTime = "";
let sequence = 0;

function startMs(ms: number, first: number): void {
  lastMs = ms;
  const time = ms.toString(16).padStart(12, "0");
  lastTime = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  sequence = first;
}

/** UUID version 7 (RFC 9562, section 5.7): sorts by creation time, monotonic within the process. */
export function uuidv7(): string {
  const now = Date.now();
  if (now > lastMs) startMs(now, randomInt(0x400));
  else if (++sequence > 0xfff) startMs(lastMs + 1, 0);
  // The last 64 bits of a version 4 UUID: variant and 62 random bits, from Node's own pool of them.
  const tail = randomUUID().slice(19);
  return `${lastTime}${sequence.toString(16).padStart(3, "0")}-${tail}`;
}

/** An id that says its kind: `tool_019a…` (32 hex digits, sorts by creation time). */
export function prefixedId(prefix: string): string {
  return `${prefix}_${uuidv7().replaceAll("-", "")}`;
}
