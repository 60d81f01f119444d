import { expect, test } from "vitest";
import { lifeText } from "./lifetimes.ts";

test.each([
  [86_400, "1 day"],
  [30 * 86_400, "30 days"],
  [5_400, "90 minutes"],
  [7_200, "2 hours"],
  [61, "61 seconds"],
])("a life of %i seconds is told as %s", (seconds, text) => {
  expect(lifeText(seconds)).toBe(text);
});
