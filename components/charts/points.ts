import { bucketMs, type TimeRange } from "./range.ts";

/** One bucket of a chart: its start (epoch ms) and a value per series, null where there is none. */
export type TimePoint = { at: number; values: Record<string, number | null> };

export type Series = {
  /** Key into `TimePoint.values`. */
  key: string;
  label: string;
  /** A CSS colour; left out, the theme's next chart colour. */
  color?: string;
};

/**
 * Points for every bucket of the range, so that a quiet hour is drawn and not skipped over.
 * `gaps` names the series and what stands for a missing value: 0 for counts, null for a
 * percentile. Rows are matched by the bucket their time (ISO 8601) falls in.
 */
export function fillPoints(
  rows: readonly { at: string; values: Record<string, number | null> }[],
  range: TimeRange,
  gaps: Record<string, 0 | null>,
): TimePoint[] {
  const size = bucketMs[range.bucket];
  const known = new Map(rows.map((row) => [Math.floor(Date.parse(row.at) / size), row.values]));
  const points: TimePoint[] = [];
  for (let at = range.from; at < range.to; at += size) {
    points.push({ at, values: { ...gaps, ...known.get(Math.floor(at / size)) } });
  }
  return points;
}

const OTHERS = "\u0000others";

/**
 * Stacked series out of rows of one value per time and name: the `top` names with the
 * greatest totals, greatest first, and one "Others" for the rest.
 */
export function stackByName(
  rows: readonly { at: string; name: string; value: number }[],
  range: TimeRange,
  top = 5,
): { points: TimePoint[]; series: Series[] } {
  const totals = new Map<string, number>();
  for (const { name, value } of rows) totals.set(name, (totals.get(name) ?? 0) + value);
  const names = [...totals].sort(([a, x], [b, y]) => y - x || a.localeCompare(b)).map(([n]) => n);
  const kept = new Set(names.length > top + 1 ? names.slice(0, top) : names);
  const series: Series[] = [...kept].map((name) => ({ key: name, label: name }));
  if (kept.size < names.length) {
    series.push({ key: OTHERS, label: "Others", color: "var(--chart-6)" });
  }

  const points = fillPoints([], range, Object.fromEntries(series.map(({ key }) => [key, 0])));
  const size = bucketMs[range.bucket];
  const byBucket = new Map(points.map((point) => [Math.floor(point.at / size), point.values]));
  for (const { at, name, value } of rows) {
    const values = byBucket.get(Math.floor(Date.parse(at) / size));
    const key = kept.has(name) ? name : OTHERS;
    if (values) values[key] = (values[key] ?? 0) + value;
  }
  return { points, series };
}
