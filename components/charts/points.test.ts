import { expect, test } from "vitest";
import { fillPoints, stackByName } from "./points.ts";

const range = {
  from: Date.parse("2026-11-22T00:00:00Z"),
  to: Date.parse("2026-11-22T03:00:00Z"),
  bucket: "hour",
} as const;

test("every bucket of the range has a point, missing ones with their gap value", () => {
  const rows = [{ at: "2026-11-22T01:00:00Z", values: { calls: 7, p95: 120 } }];
  expect(fillPoints(rows, range, { calls: 0, p95: null }).map((p) => p.values)).toEqual([
    { calls: 0, p95: null },
    { calls: 7, p95: 120 },
    { calls: 0, p95: null },
  ]);
});

test("rows outside the range are left out", () => {
  const rows = [{ at: "2026-11-22T03:00:00Z", values: { calls: 7 } }];
  expect(fillPoints(rows, range, { calls: 0 }).every((p) => p.values.calls === 0)).toBe(true);
});

test("the greatest names keep a series of their own and the rest are added up", () => {
  const rows = ["a", "b", "c", "d"].map((name, index) => ({
    at: "2026-11-22T02:10:00Z",
    name,
    value: index + 1,
  }));
  const { points, series } = stackByName(rows, range, 2);
  expect(series.map((s) => s.label)).toEqual(["d", "c", "Others"]);
  expect(Object.values(points[2]?.values ?? {})).toEqual([4, 3, 3]);
  expect(Object.values(points[0]?.values ?? {})).toEqual([0, 0, 0]);
});

test("a single name beyond the top is shown by name rather than as others", () => {
  const rows = ["a", "b", "c"].map((name) => ({ at: "2026-11-22T00:00:00Z", name, value: 1 }));
  expect(stackByName(rows, range, 2).series.map((s) => s.label)).toEqual(["a", "b", "c"]);
});
