type Change = string | readonly string[] | null;

/**
 * `current` with some parameters set, or dropped where the change is null or empty.
 * Gives `?a=1&b=2`, or an empty string when nothing is left.
 */
export function changeParams(current: URLSearchParams, changes: Record<string, Change>): string {
  const next = new URLSearchParams(current);
  for (const [name, change] of Object.entries(changes)) {
    next.delete(name);
    const values = change === null ? [] : typeof change === "string" ? [change] : change;
    for (const value of values) if (value !== "") next.append(name, value);
  }
  const text = next.toString();
  return text && `?${text}`;
}

/** What a changed search or filter must drop: the place in the old result's pages. */
export const firstPage = { cursor: null, via: null } as const;
