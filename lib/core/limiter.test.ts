import { expect, test } from "vitest";
import { isUsedUp, limiterOf } from "./limiter.ts";

test("a limit that is used up is told from a failure, also of another copy of the library", async () => {
  const limiter = limiterOf(1);
  await limiter.consume("a");
  const refused: unknown = await limiter.consume("a").catch((thrown: unknown) => thrown);
  expect(isUsedUp(refused)).toBe(true);
  class Copy {
    get msBeforeNext() {
      return 1;
    }
  }
  expect(isUsedUp(new Copy())).toBe(true);
  expect(isUsedUp(new Error("Redis is gone"))).toBe(false);
  expect(isUsedUp(undefined)).toBe(false);
});
