import { z } from "zod";
import { AppError } from "./errors.ts";

export type JsonObject = Record<string, unknown>;

/** Deeper documents would overflow the stack of the parsers on the way to the database and back. */
export const maxJsonDepth = 1000;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A JSON object kept exactly as it came, keys such as `__proto__` included; zod's own record type
 * walks and rebuilds it.
 */
export const jsonObject = z
  .custom<JsonObject>(isJsonObject, { error: "must be a JSON object" })
  .meta({ type: "object", additionalProperties: true });

/** Text → value; throws `invalid_json` for what is not JSON or nests deeper than `maxJsonDepth`. */
export function parseJson(text: string): unknown {
  if (nestsDeeperThan(text, maxJsonDepth)) {
    throw new AppError("invalid_json", `The JSON nests deeper than ${maxJsonDepth} levels.`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (hugeNumber.test(text)) refuseInfinity(value);
    return value;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("invalid_json", `The body is not valid JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** What may be a number that a double cannot carry exactly: many digits, or an exponent. */
const longNumber = /[\d.]{16}|\d[eE]/;

/** Whether a JSON number reads back as it is written: up to 15 digits, or just so many. */
function isExact(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const [digits = ""] = source.replace("-", "").split(/e/i);
  const significant = digits.replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
  if (significant === "") return true;
  return value !== 0 && (significant.length <= 15 || String(value) === source);
}

/**
 * Text → value, in which a number that a double would round is its own text: for data of others,
 * whose numbers are theirs. Null for what is not JSON or nests deeper than `maxJsonDepth`.
 */
export function findExactJson(text: string): { value: unknown } | null {
  if (nestsDeeperThan(text, maxJsonDepth)) return null;
  try {
    return { value: readExactly(text) };
  } catch {
    return null;
  }
}

function readExactly(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return isExact(source, value) ? value : source;
  });
}

/** What may be a number beyond the range of a double: 1e400, or hundreds of digits. */
const hugeNumber = /\d[eE]\+?\d{3}|\d{309}/;

/** JSON.parse makes Infinity of such a number, which would be stored as null. */
function refuseInfinity(value: unknown): void {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) {
    throw new AppError("invalid_json", "The JSON has a number beyond the range of a double.");
  }
  if (typeof value === "object" && value !== null) Object.values(value).forEach(refuseInfinity);
}

/** Counts brackets outside strings, and only in texts long enough to hold that many. */
function nestsDeeperThan(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}
