/** A stretch of time in whole UTC buckets: `from` is in it, `to` (epoch ms) is not. */
export type TimeRange = { from: number; to: number; bucket: Bucket };
export type Bucket = "hour" | "day";

export const rangePresets = ["24h", "7d", "30d", "90d"] as const;
export type RangePreset = (typeof rangePresets)[number];

/** What a range picker shows: the preset chosen, or `custom` for dates of one's own. */
export type PickedRange = TimeRange & { preset: RangePreset | "custom" };

export const bucketMs: Record<Bucket, number> = { hour: 3_600_000, day: 86_400_000 };

const presetHours: Record<RangePreset, number> = { "24h": 24, "7d": 168, "30d": 720, "90d": 2160 };
const DEFAULT_PRESET: RangePreset = "7d";

// More columns than this are thinner than a pixel on a phone.
const MAX_HOURLY_MS = 14 * bucketMs.day;
const MAX_SPAN_MS = 366 * bucketMs.day;

type Params = Record<string, string | string[] | undefined>;

/**
 * Reads `range`, or `from` and `to` (UTC dates, both included), and `bucket` from a page's
 * search parameters. What makes no sense falls back to the last 7 days; hours over more
 * than 14 days become days, a span over 366 days keeps its end.
 */
export function readRange(params: Params, now: number): PickedRange {
  const custom = readDates(params);
  const preset = rangePresets.find((name) => name === params.range) ?? DEFAULT_PRESET;
  const span = custom ? custom.to - custom.from : presetHours[preset] * bucketMs.hour;
  const bucket = pickBucket(params.bucket, span);
  if (custom) return { ...custom, bucket, preset: "custom" };
  const to = (Math.floor(now / bucketMs[bucket]) + 1) * bucketMs[bucket];
  return { from: to - span, to, bucket, preset };
}

export function allowsHours(range: TimeRange): boolean {
  return range.to - range.from <= MAX_HOURLY_MS;
}

function pickBucket(asked: Params[string], spanMs: number): Bucket {
  if (spanMs > MAX_HOURLY_MS || (asked === "day" && spanMs > bucketMs.day)) return "day";
  return asked === "hour" || spanMs <= 2 * bucketMs.day ? "hour" : "day";
}

function readDates(params: Params): { from: number; to: number } | null {
  const dates = [readDate(params.from), readDate(params.to)].sort((a, b) => a - b);
  const [first = Number.NaN, last = Number.NaN] = dates;
  if (Number.isNaN(first) || Number.isNaN(last)) return null;
  const to = last + bucketMs.day;
  return { from: Math.max(first, to - MAX_SPAN_MS), to };
}

function readDate(text: Params[string]): number {
  return typeof text === "string" && /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}
