import { CORE_SCHEMA, load } from "js-yaml";

/**
 * Reads one YAML 1.2 document (core schema) of at most this depth; the last of two equal keys counts.
 * `shared`: aliases may have put one object in several places of it, or even within itself. Throws
 * what the library throws, whose first line says where the mistake is.
 */
export function readYaml(text: string, depth: number): { value: unknown; shared: boolean } {
  const value = load(text, { schema: CORE_SCHEMA, json: true, maxDepth: depth });
  return { value, shared: text.includes("&") && text.includes("*") };
}

/** A copy in which each place has an object of its own; the caller has checked depth and size. */
export function unshared(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unshared);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unshared(inner)]));
}
