import type { z } from "zod";

const nouns: Record<string, string> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** `at least 3 characters`, as what is counted has them. */
function bound(origin: string, words: string, limit: number | bigint): string {
  const many = (one: string) => `must have ${words} ${limit} ${limit === 1 ? one : `${one}s`}`;
  if (origin === "string") return many("character");
  if (origin === "array" || origin === "set") {
    return many("entry").replace("entrys", "entries");
  }
  return `must be ${words} ${limit}`;
}

/**
 * What an issue says to whoever sent the input where its schema has no words of its own: what must
 * be, not how zod found out. Undefined: zod's own words.
 */
export function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type": {
      if (issue.input === undefined) return "is required";
      const noun = nouns[issue.expected];
      return noun && `must be ${noun}`;
    }
    case "invalid_value":
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      if (issue.origin !== "number" && issue.origin !== "int" && issue.minimum === 1) {
        return "must not be empty";
      }
      return bound(
        issue.origin,
        issue.inclusive === false ? "more than" : "at least",
        issue.minimum,
      );
    case "too_big":
      return bound(
        issue.origin,
        issue.inclusive === false ? "less than" : "at most",
        issue.maximum,
      );
    default:
      return undefined;
  }
}
