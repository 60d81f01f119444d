/** MCP's completion (revision 2026-07-28, server/utilities/completion). */
export interface Completion {
  values: string[];
  total: number;
  hasMore: boolean;
}

const mostValues = 100;

/** An answer of at most 100 of the values found, and how many there are in all. */
export function toCompletion(found: readonly string[]): Completion {
  return {
    values: found.slice(0, mostValues),
    total: found.length,
    hasMore: found.length > mostValues,
  };
}
