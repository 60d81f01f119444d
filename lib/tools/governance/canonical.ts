import { sha256Hex } from "#lib/core/crypto.ts";
import { isJsonObject } from "#lib/core/json.ts";

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value)) return value;
  // Entries, so that a member named `__proto__` is a member like any other.
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, sorted(inner)] as const)
    .reduce<{ [member: string]: unknown }>((object, [name, inner]) => {
      Object.defineProperty(object, name, { value: inner, enumerable: true });
      return object;
    }, {});
}

/** SHA-256 of JSON values, the same for objects whose members stand in another order. */
export function canonicalHash(...values: unknown[]): string {
  return sha256Hex(JSON.stringify(sorted(values)));
}
