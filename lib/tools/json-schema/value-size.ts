import type { SchemaShape } from "./schema-shape.ts";

/** Steps that a check may take on the event loop: some milliseconds, on a slow machine. */
const mostSteps = 50_000;
/** Characters that are checked in the time of one step. */
const charactersPerStep = 16;

/**
 * Whether a check of the value by a schema of this shape is plainly quick: not a slow one, and few
 * steps even where each part of the value meets each part of the schema.
 */
export function isSmallFor({ slow, weight }: SchemaShape, root: unknown): boolean {
  if (slow) return false;
  const most = mostSteps / Math.max(1, weight);
  let steps = 0;
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const value = waiting.pop();
    steps += 1;
    if (typeof value === "string") steps += value.length / charactersPerStep;
    else if (Array.isArray(value)) {
      if (steps + value.length > most) return false;
      for (const each of value) waiting.push(each);
    } else if (typeof value === "object" && value !== null) {
      for (const name in value) {
        if (++steps > most) return false;
        waiting.push((value as Record<string, unknown>)[name]);
      }
    }
    if (steps > most) return false;
  }
  return true;
}
