import { formatClock, formatDay, type Zone } from "#components/ui/format.ts";
import { type Bucket, bucketMs } from "./range.ts";

const HOUR_STEPS = [1, 2, 3, 4, 6, 12];
const MAX_TICKS = 7;

/**
 * Which bucket starts (epoch ms, ascending) get a label: midnights once hours span more than
 * two days, round hours below that, every nth day counted back from the last one otherwise.
 */
export function pickTicks(times: readonly number[], bucket: Bucket, zone: Zone): number[] {
  if (bucket === "hour" && times.length > 48) {
    return thin(times.filter((at) => clockHour(at, zone) === 0));
  }
  if (bucket === "day") return thin(times);
  const step = HOUR_STEPS.find((hours) => times.length / hours <= MAX_TICKS) ?? 12;
  return times.filter((at) => clockHour(at, zone) % step === 0);
}

/** A tick's label: the clock, or the date where a day begins. */
export function formatTick(at: number, bucket: Bucket, zone: Zone): string {
  if (bucket === "day") return formatDay(at, "utc");
  return clockHour(at, zone) === 0 ? formatDay(at, zone) : formatClock(at, zone);
}

/** A bucket in full: `22 Nov, 10:00–11:00 UTC`. Days are UTC days, whichever zone reads them. */
export function formatBucket(at: number, bucket: Bucket, zone: Zone): string {
  if (bucket === "day") return `${formatDay(at, "utc")} (UTC day)`;
  const hours = `${formatClock(at, zone)}–${formatClock(at + bucketMs.hour, zone)}`;
  return `${formatDay(at, zone)}, ${hours}${zone === "utc" ? " UTC" : ""}`;
}

function thin(times: readonly number[]): number[] {
  const step = Math.ceil(times.length / MAX_TICKS);
  return times.filter((_, index) => (times.length - 1 - index) % step === 0);
}

function clockHour(at: number, zone: Zone): number {
  return zone === "utc" ? Math.floor(at / bucketMs.hour) % 24 : new Date(at).getHours();
}
