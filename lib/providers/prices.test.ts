import { expect, test } from "vitest";
import { costOf } from "./prices.ts";

const counted = { isCounted: true, tokensCached: 0 };

test("input, output and cached tokens have prices of their own, by the million", () => {
  const price = { input_micros: 2_500_000, output_micros: 10_000_000, cached_micros: 250_000 };
  const used = { isCounted: true, tokensIn: 1_000, tokensCached: 400, tokensOut: 50 };
  expect(costOf(price, used)).toBe(600 * 2.5 + 400 * 0.25 + 50 * 10);
});

test("cached tokens cost as other input where nothing else is said, and never more than there are", () => {
  const price = { input_micros: 1_000_000, output_micros: 0 };
  expect(costOf(price, { isCounted: true, tokensIn: 10, tokensCached: 4, tokensOut: 9 })).toBe(10);
  expect(costOf(price, { isCounted: true, tokensIn: 10, tokensCached: 40, tokensOut: 9 })).toBe(10);
});

test("a cost is rounded to a micro-unit, and exact where doubles are not", () => {
  const price = { input_micros: 499_999, output_micros: 1_000_000_000_000 };
  expect(costOf(price, { ...counted, tokensIn: 1, tokensOut: 0 })).toBe(0);
  expect(
    costOf({ ...price, input_micros: 500_000 }, { ...counted, tokensIn: 1, tokensOut: 0 }),
  ).toBe(1);
  expect(costOf(price, { ...counted, tokensIn: 0, tokensOut: 2_000_003 })).toBe(2_000_003_000_000);
});

test("a cost without a price, or without a count, is unknown; at a price of nothing it is nothing", () => {
  const used = { ...counted, tokensIn: 1, tokensOut: 1 };
  const free = { input_micros: 0, output_micros: 0 };
  expect(costOf(undefined, used)).toBeNull();
  expect(costOf(free, { ...used, isCounted: false })).toBeNull();
  expect(costOf(free, used)).toBe(0);
});
