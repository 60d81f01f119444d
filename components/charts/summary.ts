import { formatValue, type Unit, type Zone } from "#components/ui/format.ts";
import type { Series, TimePoint } from "./points.ts";
import type { Bucket } from "./range.ts";
import { formatBucket } from "./time-axis.ts";

/** Counts add up over a range; durations and ratios do not, so their peak stands for them. */
export function headline(points: readonly TimePoint[], key: string, unit: Unit): number | null {
  const values = points.map((point) => point.values[key]).filter((value) => value != null);
  if (values.length === 0) return null;
  return unit === "count" ? values.reduce((sum, value) => sum + value, 0) : Math.max(...values);
}

/** One sentence per series for those who cannot see the chart: total or highest, and when it peaked. */
export function summarize(
  points: readonly TimePoint[],
  series: readonly Series[],
  { unit, bucket, zone }: { unit: Unit; bucket: Bucket; zone: Zone },
): string {
  return series
    .map(({ key, label }) => {
      const total = headline(points, key, unit);
      const peak = points.reduce<TimePoint | null>(
        (best, point) => ((point.values[key] ?? 0) > (best?.values[key] ?? 0) ? point : best),
        null,
      );
      if (total === null || peak === null) return `${label}: none.`;
      const highest = `highest ${formatValue(peak.values[key], unit)} at ${formatBucket(peak.at, bucket, zone)}`;
      return unit === "count"
        ? `${label}: ${formatValue(total, unit)} in all, ${highest}.`
        : `${label}: ${highest}.`;
    })
    .join(" ");
}
