import { isJsonObject, type JsonObject } from "#lib/core/json.ts";

/** Applies a JSON Merge Patch (RFC 7396, section 2); neither argument is changed. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // Entries, so that `__proto__` is a member like any other.
  return Object.fromEntries(merged) satisfies JsonObject;
}
