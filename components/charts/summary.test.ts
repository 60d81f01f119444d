import { expect, test } from "vitest";
import { headline, summarize } from "./summary.ts";

const at = Date.parse("2026-11-22T10:00:00Z");
const points = [
  { at, values: { calls: 1200, errors: 0, p95: null } },
  { at: at + 3_600_000, values: { calls: 34, errors: 0, p95: 1240 } },
];
const options = { bucket: "hour", zone: "utc" } as const;

test("a count is summed up and its peak named", () => {
  expect(summarize(points, [{ key: "calls", label: "Calls" }], { ...options, unit: "count" })).toBe(
    "Calls: 1,234 in all, highest 1,200 at 22 Nov, 10:00–11:00 UTC.",
  );
});

test("a duration is never summed up", () => {
  expect(headline(points, "p95", "ms")).toBe(1240);
});

test("a series without values is said to have none", () => {
  expect(summarize(points, [{ key: "gone", label: "Gone" }], { ...options, unit: "ms" })).toBe(
    "Gone: none.",
  );
});
