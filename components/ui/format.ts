// One locale, so that what the server renders is what the browser hydrates.
const LOCALE = "en-GB";

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat("en-US", {
  notation: "compact",
  maximumSignificantDigits: 3,
});
const percent = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

/**
 * `count`: a plain number; `ms`: milliseconds; `ratio`: a part of 1, shown as percent; `bytes`: in
 * steps of 1024, as limits of storage are.
 */
export type Unit = "count" | "ms" | "ratio" | "bytes";

/** A value in full: `12,480`, `1.24 s`, `0.35%`; null is an en dash. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined) return "–";
  if (unit === "ms") return formatDuration(value);
  if (unit === "bytes") return formatBytes(value);
  return unit === "ratio" ? percent.format(value) : whole.format(value);
}

/** A value for an axis or a tight place: `12.5K`, `1.24 s`, `35%`. */
export function formatShort(value: number, unit: Unit): string {
  return unit === "count" ? compact.format(value) : formatValue(value, unit);
}

function formatBytes(bytes: number): string {
  const sizes = ["bytes", "KB", "MB", "GB", "TB"];
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), sizes.length - 1);
  return `${short.format(bytes / 1024 ** step)} ${sizes[step]}`;
}

function formatDuration(ms: number): string {
  if (ms < 1000) return `${short.format(ms)} ms`;
  if (ms < 60_000) return `${short.format(ms / 1000)} s`;
  return `${short.format(ms / 60_000)} min`;
}

/** `utc`, or the zone of whoever reads it. */
export type Zone = "utc" | "local";

/** A moment in full, with its zone where that is not the reader's: `22 Nov 2026, 14:05 UTC`. */
export function formatMoment(at: number | Date, zone: Zone): string {
  return `${dateTime(zone, { year: "numeric", ...dayParts, ...clockParts }).format(at)}${zone === "utc" ? " UTC" : ""}`;
}

export function formatDay(at: number | Date, zone: Zone): string {
  return dateTime(zone, dayParts).format(at);
}

export function formatClock(at: number | Date, zone: Zone): string {
  return dateTime(zone, clockParts).format(at);
}

const dayParts = { day: "numeric", month: "short" } as const;
const clockParts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

const dateTimes = new Map<string, Intl.DateTimeFormat>();

function dateTime(zone: Zone, parts: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${Object.keys(parts).join()}`;
  const known = dateTimes.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(
    LOCALE,
    zone === "utc" ? { ...parts, timeZone: "UTC" } : parts,
  );
  dateTimes.set(key, made);
  return made;
}

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "short" });

const steps = [
  ["minute", 60_000],
  ["hour", 3_600_000],
  ["day", 86_400_000],
] as const;

const RELATIVE_MAX_MS = 30 * 86_400_000;

/** `3 min ago`, `in 2 days`; null past 30 days, where a date says more. */
export function formatRelative(at: number, now: number): string | null {
  const ms = at - now;
  if (Math.abs(ms) > RELATIVE_MAX_MS) return null;
  const [unit, size] = steps.findLast(([, unitMs]) => Math.abs(ms) >= unitMs) ?? [];
  return unit ? relative.format(Math.trunc(ms / size), unit) : ms > 0 ? "in a moment" : "just now";
}
