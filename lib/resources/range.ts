import type { ByteRange } from "#lib/core/byte-range.ts";
import { AppError } from "#lib/core/errors.ts";

const fragment = /^(.*)#bytes=(.*)$/s;

/** Takes `#bytes=START-END` off a URI. Throws `invalid_request` for one that says no range. */
export function splitRange(uri: string): { uri: string; range: ByteRange | null } {
  const found = fragment.exec(uri);
  if (!found) return { uri, range: null };
  const [, base = "", text = ""] = found;
  const parts = /^(\d{1,15})-(\d{0,15})$/.exec(text);
  const start = Number(parts?.[1]);
  const end = parts?.[2] ? Number(parts[2]) : undefined;
  if (!parts || (end !== undefined && end < start)) {
    throw new AppError(
      "invalid_request",
      `"#bytes=${text}" is no range; write it as #bytes=0-1048575, the last byte included.`,
    );
  }
  return { uri: base, range: end === undefined ? { start } : { start, end } };
}
