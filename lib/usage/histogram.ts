/** Upper bounds of the duration buckets, in milliseconds; the last bucket has none. */
export const bucketBoundsMs = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000,
  7000, 10_000, 15_000, 20_000, 30_000, 60_000, 120_000, 300_000,
] as const;

export const bucketCount = bucketBoundsMs.length + 1;

export function emptyHistogram(): number[] {
  return new Array<number>(bucketCount).fill(0);
}

/** The bucket of a duration in milliseconds. */
export function bucketOf(durationMs: number): number {
  const at = bucketBoundsMs.findIndex((bound) => durationMs <= bound);
  return at === -1 ? bucketBoundsMs.length : at;
}

/**
 * The duration in milliseconds below which `share` (0 to 1) of the calls fall, interpolated within
 * its bucket; null for an empty histogram.
 */
export function quantile(histogram: readonly number[], share: number): number | null {
  const total = histogram.reduce((sum, calls) => sum + calls, 0);
  if (total === 0) return null;
  const wanted = total * share;
  let below = 0;
  for (const [at, calls] of histogram.entries()) {
    if (calls > 0 && below + calls >= wanted) {
      const from = at === 0 ? 0 : (bucketBoundsMs[at - 1] ?? 0);
      const to = bucketBoundsMs[at] ?? from;
      return Math.round((from + ((to - from) * (wanted - below)) / calls) * 10) / 10;
    }
    below += calls;
  }
  return bucketBoundsMs.at(-1) ?? null;
}
