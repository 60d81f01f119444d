import { expect, test } from "vitest";
import { formatMoment, formatRelative, formatShort, formatValue } from "./format.ts";

test.each([
  [12_480, "count", "12,480"],
  [0, "count", "0"],
  [482.4, "ms", "482 ms"],
  [1240, "ms", "1.24 s"],
  [90_000, "ms", "1.5 min"],
  [0.0035, "ratio", "0.35%"],
  [null, "ms", "–"],
] as const)("%s as %s reads %s", (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

test("an axis shortens thousands", () => {
  expect(formatShort(12_480, "count")).toBe("12.5K");
});

test("a moment in UTC says so", () => {
  expect(formatMoment(Date.parse("2026-11-22T14:05:00Z"), "utc")).toBe("22 Nov 2026, 14:05 UTC");
});

test.each([
  [-20_000, "just now"],
  [20_000, "in a moment"],
  [-3 * 60_000, "3 min ago"],
  [-26 * 3_600_000, "yesterday"],
  [5 * 86_400_000, "in 5 days"],
  [-31 * 86_400_000, null],
])("%s ms from now reads %s", (offset, text) => {
  const now = Date.parse("2026-11-22T14:05:00Z");
  expect(formatRelative(now + offset, now)).toBe(text);
});
