import { isJsonObject } from "#lib/core/json.ts";
import { pointerTo } from "../json-schema/parameters.ts";

/** One place where two JSON values differ. */
export interface JsonChange {
  pointer: string;
  kind: "added" | "removed" | "changed";
  old?: unknown;
  new?: unknown;
}

/**
 * How to get from one JSON value to another: the innermost places that differ, as JSON Pointers
 * (RFC 6901), up to `most` of them. Lists are compared place by place.
 */
export function jsonDiff(
  from: unknown,
  to: unknown,
  most: number,
): { changes: JsonChange[]; truncated: boolean } {
  const changes: JsonChange[] = [];
  let truncated = false;
  const add = (change: JsonChange) => {
    if (changes.length < most) changes.push(change);
    else truncated = true;
  };

  function walkKeys(a: object, b: object, pointer: string): void {
    const before = new Map<string, unknown>(Object.entries(a));
    const after = new Map<string, unknown>(Object.entries(b));
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      if (truncated) return;
      const at = `${pointer}${pointerTo(key)}`;
      if (!after.has(key)) add({ pointer: at, kind: "removed", old: before.get(key) });
      else if (!before.has(key)) add({ pointer: at, kind: "added", new: after.get(key) });
      else walk(before.get(key), after.get(key), at);
    }
  }

  function walk(a: unknown, b: unknown, pointer: string): void {
    if (Object.is(a, b)) return;
    const areObjects = isJsonObject(a) && isJsonObject(b);
    if (areObjects || (Array.isArray(a) && Array.isArray(b))) walkKeys(a, b, pointer);
    // 0 and -0 are one number in JSON.
    else if (a !== b) add({ pointer, kind: "changed", old: a, new: b });
  }

  walk(from, to, "");
  return { changes, truncated };
}
