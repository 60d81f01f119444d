import { expect, test } from "vitest";
import { isLinear } from "./pattern.ts";

test.each(["^[0-9]{1,3}[dw]$", "^[a-z]+$", "^\\d{4}-\\d{2}-\\d{2}$", "^https:", "^[a-z]{2}-?$"])(
  "%s needs no time limit",
  (pattern) => expect(isLinear(pattern)).toBe(true),
);

test.each([
  "^(a+)+$",
  "a+b",
  "^a|b+c",
  "^a*a*b",
  "^a{0,999}a{0,999}b",
  `^${"a?".repeat(30)}$`,
  "^a{2,}.*b",
])("%s needs a time limit", (pattern) => expect(isLinear(pattern)).toBe(false));
