import { isJsonObject } from "#lib/core/json.ts";

const deepest = 3;

/** Changes with every write, and so says nothing. */
const stamp = "updated_at";

/**
 * Where two JSON values differ, as `tool_limits.max_tools`; no deeper than three steps. An absent
 * side (null) differs nowhere: the whole was made or removed.
 */
export function changedPaths(before: unknown, after: unknown): string[] {
  if (before === null || after === null) return [];
  return differences(before, after, []);
}

function differences(before: unknown, after: unknown, path: string[]): string[] {
  if (isJsonObject(before) && isJsonObject(after) && path.length < deepest) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => key !== stamp,
    );
    return keys.flatMap((key) => differences(before[key], after[key], [...path, key]));
  }
  const same = JSON.stringify(before) === JSON.stringify(after);
  return same || path.length === 0 ? [] : [path.join(".")];
}
