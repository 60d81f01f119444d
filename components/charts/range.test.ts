import { expect, test } from "vitest";
import { readRange } from "./range.ts";

const now = Date.parse("2026-11-22T20:40:12Z");
const iso = (ms: number) => new Date(ms).toISOString();

test("without parameters the range is the last seven days, today included, by day", () => {
  const range = readRange({}, now);
  expect([iso(range.from), iso(range.to)]).toEqual([
    "2026-11-16T00:00:00.000Z",
    "2026-11-23T00:00:00.000Z",
  ]);
  expect(range).toMatchObject({ bucket: "day", preset: "7d" });
});

test("24h ends with the hour under way", () => {
  const range = readRange({ range: "24h" }, now);
  expect([iso(range.from), iso(range.to)]).toEqual([
    "2026-11-21T21:00:00.000Z",
    "2026-11-22T21:00:00.000Z",
  ]);
  expect(range.bucket).toBe("hour");
});

test("24h stays in hours even when days are asked for", () => {
  expect(readRange({ range: "24h", bucket: "day" }, now).bucket).toBe("hour");
});

test("seven days can be seen by hour, ninety cannot", () => {
  expect(readRange({ range: "7d", bucket: "hour" }, now).bucket).toBe("hour");
  expect(readRange({ range: "90d", bucket: "hour" }, now).bucket).toBe("day");
});

test("own dates include both ends, in whichever order they come", () => {
  const range = readRange({ from: "2026-11-10", to: "2026-11-01" }, now);
  expect([iso(range.from), iso(range.to)]).toEqual([
    "2026-11-01T00:00:00.000Z",
    "2026-11-11T00:00:00.000Z",
  ]);
  expect(range.preset).toBe("custom");
});

test("a span over a year keeps its end", () => {
  const range = readRange({ from: "2020-01-01", to: "2026-01-01" }, now);
  expect(iso(range.to)).toBe("2026-01-02T00:00:00.000Z");
  expect(range.to - range.from).toBe(366 * 86_400_000);
});

test.each([
  { range: "1y" },
  { from: "2026-13-40", to: "2026-11-01" },
  { from: "yesterday", to: "2026-11-01" },
  { from: "2026-11-01" },
  { range: ["24h", "90d"] },
])("nonsense %j falls back to seven days", (params) => {
  expect(readRange(params, now).preset).toBe("7d");
});
