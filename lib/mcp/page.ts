import { decodeCursor, encodeCursor } from "#lib/core/page.ts";

const itemsPerPage = 500;

/** The tenant's own list, which is sorted, with those of its upstreams; the very list without any. */
export function inOrder<T>(
  own: readonly T[],
  others: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  if (others.length === 0) return own;
  return [...own, ...others].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/**
 * A page of a list that is sorted by `keyOf` (UTF-16 code units); the cursor is the last key shown,
 * so that what is added or removed meanwhile moves nothing. Throws `invalid_request` for a cursor
 * that is none.
 */
export function pageOf<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  cursor: string | undefined,
): { items: T[]; nextCursor?: string } {
  const after = cursor === undefined ? null : (decodeCursor(cursor, 1)[0] ?? "");
  const start = after === null ? 0 : sorted.findIndex((item) => keyOf(item) > after);
  const items = start === -1 ? [] : sorted.slice(start, start + itemsPerPage);
  const last = items.at(-1);
  const more = last !== undefined && start + items.length < sorted.length;
  return more ? { items, nextCursor: encodeCursor(keyOf(last)) } : { items };
}
