import { changeParams, firstPage } from "#components/ui/search-params.ts";

/** Search strings of the neighbouring pages (an empty one is the bare path); null at an end. */
export type PageLinks = { previous: string | null; next: string | null };

// Older ones are forgotten, and "previous" then ends at the first page: addresses stay short.
const MAX_TRAIL = 20;

/**
 * Cursors only lead forward, so the way back is kept in the address: `via` repeats the
 * cursors of the pages between the first one and this one.
 */
export function pageLinks(params: URLSearchParams, nextCursor: string | null): PageLinks {
  const cursor = params.get("cursor");
  const via = params.getAll("via");
  const trail = cursor ? [...via, cursor].slice(-MAX_TRAIL) : [];
  const before = via.at(-1);
  return {
    previous: cursor
      ? changeParams(params, before ? { cursor: before, via: via.slice(0, -1) } : firstPage)
      : null,
    next: nextCursor ? changeParams(params, { cursor: nextCursor, via: trail }) : null,
  };
}
