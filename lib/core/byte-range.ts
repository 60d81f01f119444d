import { AppError } from "./errors.ts";

/** Bytes from `start` to `end`, both included; without an end, to the last one. */
export interface ByteRange {
  start: number;
  end?: number;
}

/** A range within a content of a known size. */
export interface Span {
  start: number;
  length: number;
}

/** The part of `size` bytes that a range names; throws `range_not_satisfiable` (416). */
export function spanOf({ start, end }: ByteRange, size: number): Span {
  if (start >= size || (end !== undefined && end < start)) {
    throw new AppError(
      "range_not_satisfiable",
      `The range is not within the ${size} bytes that there are.`,
      { extra: { size } },
    );
  }
  return { start, length: Math.min(end ?? size - 1, size - 1) - start + 1 };
}

/**
 * The one range of a Range header (RFC 9110, section 14.1.2) over `size` bytes, or null for what
 * may be ignored: another unit, several ranges, nonsense. Throws `range_not_satisfiable`.
 */
export function parseRangeHeader(header: string | null, size: number): Span | null {
  const found = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? "");
  if (!found) return null;
  const [, first = "", last = ""] = found;
  if (first === "" && last === "") return null;
  if (first === "") {
    const length = Math.min(Number(last), size);
    return spanOf({ start: length === 0 ? size : size - length }, size);
  }
  const range = { start: Number(first), ...(last === "" ? {} : { end: Number(last) }) };
  // A range that ends before it starts is invalid, and an invalid one is ignored.
  if (range.end !== undefined && range.end < range.start) return null;
  return spanOf(range, size);
}
