import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketBoundsMs, bucketCount, bucketOf, emptyHistogram, quantile } from "./histogram.ts";

const duration = fc.integer({ min: 0, max: 400_000 });
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

function histogramOf(values: readonly number[]): number[] {
  const histogram = emptyHistogram();
  for (const value of values) histogram[bucketOf(value)] = (histogram[bucketOf(value)] ?? 0) + 1;
  return histogram;
}

test("a duration falls into the first bucket whose bound it does not pass", () => {
  expect(emptyHistogram()).toHaveLength(bucketCount);
  fc.assert(
    fc.property(duration, (value) => {
      const at = bucketOf(value);
      expect(value).toBeLessThanOrEqual(bucketBoundsMs[at] ?? Number.POSITIVE_INFINITY);
      expect(value).toBeGreaterThan(at === 0 ? -1 : (bucketBoundsMs[at - 1] ?? 0));
    }),
  );
});

test("a quantile lies in the bucket of the exact one, and never past the last bound", () => {
  fc.assert(
    fc.property(durations, share, (values, wanted) => {
      const estimate = quantile(histogramOf(values), wanted) as number;
      const sorted = [...values].sort((a, b) => a - b);
      const exact = sorted[Math.max(0, Math.ceil(wanted * values.length) - 1)] as number;
      const at = bucketOf(exact);
      const from = at === 0 ? 0 : (bucketBoundsMs[at - 1] as number);
      expect(estimate).toBeGreaterThanOrEqual(from);
      expect(estimate).toBeLessThanOrEqual(bucketBoundsMs[at] ?? from);
    }),
  );
});

test("a greater share never has a smaller quantile", () => {
  fc.assert(
    fc.property(durations, share, share, (values, a, b) => {
      const histogram = histogramOf(values);
      const low = quantile(histogram, Math.min(a, b)) as number;
      expect(low).toBeLessThanOrEqual(quantile(histogram, Math.max(a, b)) as number);
    }),
  );
});

test("an empty histogram has no quantile", () => {
  expect(quantile(emptyHistogram(), 0.5)).toBeNull();
});
