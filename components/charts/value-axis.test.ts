import { expect, test } from "vitest";
import { greatest, pickValueTicks } from "./value-axis.ts";

test.each([
  [125, "count", [0, 25, 50, 75, 100, 125]],
  [4758, "count", [0, 1000, 2000, 3000, 4000, 5000]],
  [334, "ms", [0, 100, 200, 300, 400]],
  [0.03, "ratio", [0, 0.01, 0.02, 0.03]],
] as const)("a highest value of %s as %s has the ticks %j", (max, unit, ticks) => {
  const picked = pickValueTicks(max, unit);
  expect(picked).toHaveLength(ticks.length);
  for (const [index, tick] of picked.entries()) expect(tick).toBeCloseTo(ticks[index] ?? -1, 9);
});

test.each([1, 2, 3, 7])("counts up to %s have whole ticks only", (max) => {
  const ticks = pickValueTicks(max, "count");
  expect(ticks.every(Number.isInteger)).toBe(true);
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(max);
});

test("a stack is as high as its series together", () => {
  const points = [{ at: 0, values: { a: 3, b: 4, c: null } }];
  const series = ["a", "b", "c"].map((key) => ({ key, label: key }));
  expect(greatest(points, series, true)).toBe(7);
  expect(greatest(points, series, false)).toBe(4);
  expect(greatest([], series, true)).toBe(0);
});
