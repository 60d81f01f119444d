import { expect, test } from "vitest";
import { formatTick, pickTicks } from "./time-axis.ts";

const start = Date.parse("2026-11-20T21:00:00Z");
const hours = (count: number) => Array.from({ length: count }, (_, i) => start + i * 3_600_000);
const days = (count: number) =>
  Array.from({ length: count }, (_, i) => Date.parse("2026-09-01") + i * 86_400_000);

test("a day of hours is labelled at round hours, and with the date where the day begins", () => {
  const labels = pickTicks(hours(24), "hour", "utc").map((at) => formatTick(at, "hour", "utc"));
  expect(labels).toEqual(["21 Nov", "04:00", "08:00", "12:00", "16:00", "20:00"]);
});

test("a week of hours is labelled at midnights only", () => {
  const ticks = pickTicks(hours(168), "hour", "utc");
  expect(ticks).toHaveLength(7);
  expect(ticks.every((at) => at % 86_400_000 === 0)).toBe(true);
});

test("ninety days carry at most seven labels, the last day among them", () => {
  const times = days(90);
  const ticks = pickTicks(times, "day", "utc");
  expect(ticks.length).toBeLessThanOrEqual(7);
  expect(ticks.at(-1)).toBe(times.at(-1));
});
